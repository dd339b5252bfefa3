/**
 * OpenCLIP as embedding models of Spring AI, for texts and pictures, and their auto-configuration.
 */
@NullMarked
package org.openclip.spring;

import org.jspecify.annotations.NullMarked;
