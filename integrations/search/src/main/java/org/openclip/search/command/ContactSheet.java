package org.openclip.search.command;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.openclip.api.OpenClipException;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.hub.cli.PictureArguments;
import org.openclip.hub.cli.UsageException;
import org.openclip.hub.cli.terminal.Table;
import org.openclip.hub.io.AtomicFile;
import org.openclip.hub.picture.PictureFolder;
import org.openclip.search.query.Hit;

/** A page with the pictures that were found, their scores and their names. */
final class ContactSheet {
  private static final int SIDE = 192;
  private static final int GAP = 16;
  private static final int LINE = 20;
  private static final int COLUMNS = 5;
  private static final int MOST = 1000;

  private final Path file;
  private final boolean page;
  private final Thumbnails thumbnails;

  private ContactSheet(Path file, boolean page, Thumbnails thumbnails) {
    this.file = file;
    this.page = page;
    this.thumbnails = thumbnails;
  }

  /**
   * Returns a sheet that is yet to be written.
   *
   * @param file its ending says what it is
   */
  static ContactSheet of(String file, PluginRegistry plugins) {
    String ending = PictureFolder.ending(file);
    boolean page = ending.equals("html") || ending.equals("htm");
    if (!page && !ending.equals("png")) {
      throw new UsageException("--sheet must end in .html or .png, but is '%s'".formatted(file));
    }
    return new ContactSheet(PictureArguments.path(file), page, new Thumbnails(plugins, SIDE));
  }

  void write(String title, List<Hit> hits) {
    List<Hit> shown = hits.subList(0, Math.min(MOST, hits.size()));
    byte[] bytes =
        page ? html(title, shown).getBytes(StandardCharsets.UTF_8) : png(drawn(title, shown));
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
  }

  private static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new OpenClipException("a picture cannot be written as PNG: " + e, e);
    }
    return bytes.toByteArray();
  }

  private static String name(Hit hit) {
    Path name = Path.of(hit.picture().path()).getFileName();
    return name == null ? hit.picture().path() : name.toString();
  }

  private BufferedImage drawn(String title, List<Hit> hits) {
    int columns = Math.clamp(hits.size(), 1, COLUMNS);
    int rows = (hits.size() + COLUMNS - 1) / COLUMNS;
    int cell = SIDE + GAP;
    int height = SIDE + 2 * LINE + GAP;
    BufferedImage sheet =
        new BufferedImage(
            Math.max(3, columns) * cell + GAP,
            2 * GAP + LINE + rows * height,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    graphics.drawString(fitting(title, graphics, sheet.getWidth() - 2 * GAP), GAP, GAP + LINE / 2);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    for (int i = 0; i < hits.size(); i++) {
      int x = GAP + i % COLUMNS * cell;
      int y = GAP + LINE + i / COLUMNS * height;
      BufferedImage small = thumbnails.of(hits.get(i).picture().path());
      graphics.drawImage(
          small, x + (SIDE - small.getWidth()) / 2, y + (SIDE - small.getHeight()) / 2, null);
      graphics.setColor(Color.BLACK);
      graphics.drawString(fitting(name(hits.get(i)), graphics, SIDE), x, y + SIDE + 15);
      graphics.setColor(Color.GRAY);
      graphics.drawString(Table.decimals(hits.get(i).cosine(), 3), x, y + SIDE + 15 + LINE - 4);
    }
    graphics.dispose();
    return sheet;
  }

  private static String fitting(String text, Graphics2D graphics, int width) {
    FontMetrics metrics = graphics.getFontMetrics();
    String kept = text;
    while (kept.length() > 1 && metrics.stringWidth(kept) > width) {
      kept = kept.substring(0, kept.length() - 2) + "…";
    }
    return kept;
  }

  private String html(String title, List<Hit> hits) {
    StringBuilder html = new StringBuilder();
    html.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
        .append(escaped(title))
        .append("</title>\n<style>\n")
        .append("body{font:14px sans-serif;margin:16px}\n")
        .append("main{display:grid;grid-template-columns:repeat(auto-fill,minmax(208px,1fr));")
        .append("gap:16px}\n")
        .append("figure{margin:0;overflow-wrap:anywhere}\n")
        .append("img{display:block;width:192px;height:192px;object-fit:contain}\n")
        .append("small{color:#666}\n</style>\n<h1>")
        .append(escaped(title))
        .append("</h1>\n<main>\n");
    for (Hit hit : hits) {
      String bytes = Base64.getEncoder().encodeToString(png(thumbnails.of(hit.picture().path())));
      html.append("<figure><img alt=\"\" src=\"data:image/png;base64,")
          .append(bytes)
          .append("\"><figcaption title=\"")
          .append(escaped(hit.picture().path()))
          .append("\">")
          .append(escaped(name(hit)))
          .append("<br><small>")
          .append(Table.decimals(hit.cosine(), 4))
          .append(hit.picture().caption().isEmpty() ? "" : " · ")
          .append(escaped(hit.picture().caption()))
          .append("</small></figcaption></figure>\n");
    }
    return html.append("</main>\n</html>\n").toString();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'') {
        escaped.append("&#").append((int) c).append(';');
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
