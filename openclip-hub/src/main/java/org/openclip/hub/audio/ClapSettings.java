package org.openclip.hub.audio;

import org.openclip.api.audio.ClipOptions;
import org.openclip.api.backend.BackendOptions;

/**
 * How a model of sound and text runs.
 *
 * @param running the device, the precision and the threads
 * @param clips how sounds become clips
 * @param batchSize how many sounds or texts run at once
 */
record ClapSettings(BackendOptions running, ClipOptions clips, int batchSize) {}
