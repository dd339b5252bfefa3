/** Model configurations: checked records over JSON objects. */
@NullMarked
package org.openclip.api.config;

import org.jspecify.annotations.NullMarked;
