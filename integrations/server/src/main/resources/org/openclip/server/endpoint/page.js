'use strict';
const at = id => document.getElementById(id);
const words = at('words'), filter = at('filter'), grid = at('grid'), status = at('status');
let picture = '', like = '', asked = 0, key = sessionStorage.getItem('openclip-key') || '';

function headers() {
  return key ? { Authorization: 'Bearer ' + key } : {};
}

function say(text, wrong) {
  status.textContent = text;
  status.classList.toggle('wrong', Boolean(wrong));
}

async function search() {
  const request = { top: 60 };
  if (words.value.trim()) request.text = words.value.trim();
  if (picture) request.image = picture;
  if (like) request.like = like;
  if (filter.value.trim()) request.filters = filter.value.split(';').map(f => f.trim()).filter(Boolean);
  if (!request.text && !request.image && !request.like) {
    say('Type words, or choose a picture.');
    words.focus();
    return;
  }
  const mine = ++asked;
  say('Searching …');
  try {
    const begun = performance.now();
    const response = await fetch('search', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers() },
      body: JSON.stringify(request),
    });
    const answer = await response.json();
    if (mine !== asked) return;
    if (response.status === 401) at('key-form').hidden = false;
    if (!response.ok) throw new Error(answer.error.message);
    show(answer.hits);
    const took = Math.round(performance.now() - begun);
    say(`${answer.hits.length} of ${answer.size} pictures, ${took} ms`);
  } catch (problem) {
    if (mine === asked) say(problem.message, true);
  }
}

async function load(image, path) {
  const url = 'picture?path=' + encodeURIComponent(path);
  if (!key) {
    image.src = url;
    return;
  }
  const response = await fetch(url, { headers: headers() });
  if (response.ok) image.src = URL.createObjectURL(await response.blob());
}

function show(hits) {
  grid.replaceChildren(...hits.map(card));
}

function card(hit) {
  const figure = document.createElement('figure');
  figure.tabIndex = 0;
  figure.dataset.path = hit.path;
  const image = document.createElement('img');
  image.loading = 'lazy';
  image.alt = hit.caption || hit.path.split(/[\\/]/).pop();
  load(image, hit.path);
  const caption = document.createElement('figcaption');
  caption.append(part('span', 'score', hit.cosine.toFixed(3)), part('span', 'name', image.alt));
  caption.lastChild.title = hit.path;
  const more = part('button', 'more', 'more');
  more.title = 'more like this (m)';
  more.tabIndex = -1;
  more.addEventListener('click', event => { event.stopPropagation(); moreLike(hit.path); });
  caption.append(more);
  figure.append(image, caption);
  figure.addEventListener('click', () => enlarge(hit, image));
  figure.addEventListener('keydown', event => {
    if (event.key === 'Enter') enlarge(hit, image);
    if (event.key === 'm') moreLike(hit.path);
  });
  return figure;
}

function part(name, kind, text) {
  const element = document.createElement(name);
  element.className = kind;
  element.textContent = text;
  return element;
}

function enlarge(hit, image) {
  at('large-picture').src = image.src;
  at('large-picture').alt = image.alt;
  at('large-text').textContent = `${hit.cosine.toFixed(4)}  ${hit.path}`;
  at('large').showModal();
}

function moreLike(path) {
  choose('', path, path);
  words.value = '';
  search();
}

/** Searches with a picture from here on: a data URI, or the path of one in the index. */
function choose(uri, path, name) {
  picture = uri;
  like = path;
  at('chosen').hidden = !uri && !path;
  at('chosen-name').textContent = name;
  if (uri) at('preview').src = uri;
  else if (path) load(at('preview'), path);
}

function read(file) {
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener('load', () => { choose(reader.result, '', file.name || 'pasted picture'); search(); });
  reader.addEventListener('error', () => say('The picture cannot be read.', true));
  reader.readAsDataURL(file);
}

at('search').addEventListener('submit', event => { event.preventDefault(); search(); });
at('key-form').addEventListener('submit', event => {
  event.preventDefault();
  key = at('key').value;
  sessionStorage.setItem('openclip-key', key);
  at('key-form').hidden = true;
  search();
});
at('file').addEventListener('change', event => read(event.target.files[0]));
at('pick').addEventListener('keydown', event => { if (event.key === 'Enter') at('file').click(); });
at('drop-chosen').addEventListener('click', () => { choose('', '', ''); at('file').value = ''; words.focus(); });
at('large').addEventListener('click', () => at('large').close());

document.addEventListener('dragover', event => { event.preventDefault(); at('drop').hidden = false; });
document.addEventListener('dragleave', event => { if (!event.relatedTarget) at('drop').hidden = true; });
document.addEventListener('drop', event => {
  event.preventDefault();
  at('drop').hidden = true;
  read([...event.dataTransfer.files].find(file => file.type.startsWith('image/')));
});
document.addEventListener('paste', event => read([...event.clipboardData.files][0]));

document.addEventListener('keydown', event => {
  const typing = event.target.tagName === 'INPUT';
  if (event.key === '/' && !typing) {
    event.preventDefault();
    words.focus();
    words.select();
  } else if (event.key === 'Escape' && !at('large').open && !typing) {
    choose('', '', '');
    words.focus();
  } else if (event.key.startsWith('Arrow') && !(typing && event.key !== 'ArrowDown')) {
    walk(event);
  }
});

/** Moves among the results by arrows, row by row as they lie. */
function walk(event) {
  const all = [...grid.children];
  if (!all.length) return;
  const now = all.indexOf(document.activeElement);
  const columns = getComputedStyle(grid).gridTemplateColumns.split(' ').length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  event.preventDefault();
  if (now < 0) all[0].focus();
  else if (now + step < 0) words.focus();
  else (all[now + step] || all[all.length - 1]).focus();
}

const query = new URLSearchParams(location.search);
if (query.get('q')) {
  words.value = query.get('q');
  search();
}
