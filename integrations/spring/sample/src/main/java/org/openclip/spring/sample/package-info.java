/** A search for pictures by words with Spring Boot. */
@NullMarked
package org.openclip.spring.sample;

import org.jspecify.annotations.NullMarked;
