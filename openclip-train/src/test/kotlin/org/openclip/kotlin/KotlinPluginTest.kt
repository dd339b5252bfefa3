package org.openclip.kotlin

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test
import org.openclip.api.tensor.Tensor
import org.openclip.hub.model.FreshWeights
import org.openclip.hub.OpenClip
import org.openclip.testkit.ImageEncoderContract

/** A tower written in Kotlin is an image tower like any other, and the class path brings it. */
@Tag("once")
class KotlinPluginTest : ImageEncoderContract() {
  override fun provider() = MeanColourProvider()

  override fun config() = mapOf<String, Any>("image_size" to 8)

  @Test
  fun `is listed, loaded and run`() {
    val builder = OpenClip.model("MeanColour-S")
    val weights = FreshWeights.hash(builder.architecture()).toWeights()

    builder.weights(weights).load().use { model ->
      val embeddings = model.encodePixels(Tensor.of(FloatArray(2 * 3 * 8 * 8), 2, 3, 8, 8))

      assertThat(OpenClip.models()).contains("MeanColour-S")
      assertThat(embeddings.size()).isEqualTo(2)
      assertThat(model.architecture().parameters()).containsKey("visual.head.weight")
    }
  }
}
