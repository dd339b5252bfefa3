/**
 * Publishes models on the Hugging Face hub.
 *
 * <pre>{@code
 * HubPush push = HubPush.of(Path.of("models/cats"), "me/cats").create(true).license("mit");
 * push.plan().forEach(file -> System.out.println(file.path() + " " + file.bytes()));
 * System.out.println(push.push().url());
 * }</pre>
 */
@NullMarked
package org.openclip.hub.publish;

import org.jspecify.annotations.NullMarked;
