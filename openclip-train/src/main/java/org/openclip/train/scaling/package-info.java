/** What training in several processes costs: measured on this machine, and computed for others. */
@NullMarked
package org.openclip.train.scaling;

import org.jspecify.annotations.NullMarked;
