/**
 * Contains model folders, pretrained tags and untrained weights.
 *
 * <pre>{@code
 * PretrainedTags tags = OpenClip.pretrained();
 * System.out.println(tags.tags("ViT-B-32"));
 * ModelFolder folder = ModelFolder.read(Path.of("models/cats"));
 * System.out.println(folder.modelConfig().get("embed_dim") + " " + folder.findCheckpoint());
 * }</pre>
 */
@NullMarked
package org.openclip.hub.model;

import org.jspecify.annotations.NullMarked;
