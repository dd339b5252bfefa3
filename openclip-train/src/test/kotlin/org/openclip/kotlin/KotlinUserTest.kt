package org.openclip.kotlin

import java.nio.file.Path
import kotlin.io.path.Path
import kotlin.io.path.div
import kotlin.reflect.typeOf
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeoutOrNull
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.openclip.api.InvalidInputException
import org.openclip.api.UnknownNameException
import org.openclip.api.backend.Device
import org.openclip.api.backend.Precision
import org.openclip.api.config.ModelConfig
import org.openclip.api.graph.ArithmeticOp.UnaryFunction
import org.openclip.api.graph.Dim
import org.openclip.api.graph.GraphBuilder
import org.openclip.api.image.Image
import org.openclip.api.model.ClipModel
import org.openclip.api.model.ZeroShotClassifier
import org.openclip.api.tensor.DataType
import org.openclip.api.tensor.Tensor
import org.openclip.hub.model.FreshWeights
import org.openclip.hub.OpenClip

/** The API as a user meets it who writes Kotlin. */
class KotlinUserTest {
  private val picture: Path = Path(System.getProperty("openclip.project")) / "docs" / "cat.jpg"

  /** A model of its own configuration that nobody has trained. */
  private fun model(): ClipModel {
    val builder =
      OpenClip.model("ViT-B-32")
        .override("vision_cfg.layers", 1)
        .override("vision_cfg.width", 64)
        .override("text_cfg.layers", 1)
        .override("text_cfg.width", 64)
        .override("text_cfg.heads", 1)
        .device(Device.CPU)
        .precision(Precision.FLOAT32)
        .threads(1)
    return builder.weights(FreshWeights.hash(builder.architecture()).toWeights()).load()
  }

  @Test
  fun `pictures and words become probabilities`() {
    model().use { model ->
      val images = model.encodeImages(listOf(picture))
      val texts = model.encodeTexts(listOf("a diagram", "a dog", "a cat"))
      val (probabilities) = model.probabilities(images, texts)

      assertThat(probabilities.sum()).isBetween(0.9999f, 1.0001f)
      val best = texts.topK(images, 1).single().single()
      assertThat(best.index()).isEqualTo(probabilities.indices.maxBy { probabilities[it] })
    }
  }

  @Test
  fun `labels make a classifier`() {
    model().use { model ->
      val templates = listOf("a photo of a {}", "a drawing of a {}")
      val classifier = ZeroShotClassifier.create(model, listOf("cat", "dog"), templates)

      val rows = classifier.classify(model.encodePictures(listOf(Image.rgb(2, 2, ByteArray(12)))))

      assertThat(classifier.labels().zip(rows[0].toList()).toMap()).containsOnlyKeys("cat", "dog")
    }
  }

  @Test
  fun `a timeout ends a call and is null`() {
    model().use { model ->
      val many = List(9_000) { "a cat" }
      runBlocking {
        assertThat(
            withTimeoutOrNull(100.milliseconds) {
              runInterruptible(Dispatchers.IO) { model.encodeTexts(many) }
            }
          )
          .isNull()
        assertThat(
            withTimeoutOrNull(1.milliseconds) {
              runInterruptible { List(9_000) { model.encodeImages(listOf(picture)) } }
            }
          )
          .isNull()
        assertThat(
            withTimeoutOrNull(60_000.milliseconds) {
              runInterruptible(Dispatchers.IO) { model.encodeTexts(many.take(2)).size() }
            }
          )
          .isEqualTo(2)
      }
    }
  }

  @Test
  fun `a job that is cancelled has not failed`() {
    model().use { model ->
      runBlocking {
        var ended = false
        val job =
          launch(Dispatchers.IO) {
            runInterruptible { model.encodeTexts(List(9_000) { "a cat" }) }
            ended = true
          }
        delay(100.milliseconds)
        job.cancelAndJoin()

        assertThat(job.isCancelled).isTrue()
        assertThat(ended).isFalse()
      }
    }
  }

  @Test
  fun `errors carry what is needed to mend them`() {
    assertThatThrownBy { OpenClip.model("ViT-B-23").architecture() }
      .isInstanceOfSatisfying(UnknownNameException::class.java) {
        assertThat(it.suggestions()).contains("ViT-B-32")
      }
    model().use { model ->
      assertThatThrownBy { model.encodeImages(listOf(Path("nowhere.jpg"))) }
        .isInstanceOf(InvalidInputException::class.java)
        .hasMessageContaining("nowhere.jpg")
    }
  }

  @Test
  fun `a graph is written in the order of its computation`() {
    val g = GraphBuilder("example")
    val x = g.input("x", DataType.FLOAT32, Dim.BATCH, Dim.of(4))
    g.output("y", g.unary(x, UnaryFunction.EXP))

    val graph = g.build()

    assertThat(graph.inputs().map { it.name() }).containsExactly("x")
    assertThat(graph.outputs()["y"]?.shape()).isEqualTo(x.shape())
  }

  @Test
  fun `types say what may be null, and none is left open`() {
    val tower = mapOf<String, Any>()
    val config =
      ModelConfig.of(mapOf("embed_dim" to 8, "vision_cfg" to tower, "text_cfg" to tower))
    val image = Image.rgb(1, 1, ByteArray(3))

    assertThat(typeOf(config.initLogitBias())).isEqualTo("java.lang.Double?")
    assertThat(typeOf(image.palette())).isEqualTo("kotlin.ByteArray?")
    assertThat(typeOf(image.pixels())).isEqualTo("kotlin.ByteArray")
    assertThat(typeOf(image.mode())).isEqualTo("org.openclip.api.image.ColorMode")
    assertThat(typeOf(OpenClip.model("ViT-B-32"))).isEqualTo("org.openclip.hub.ModelBuilder")
    assertThat(typeOf(OpenClip.models().first())).isEqualTo("java.lang.String")
    assertThat(typeOf(config.vision()))
      .isEqualTo("java.util.Map<java.lang.String, java.lang.Object>")
    assertThat(typeOf(Tensor.of(FloatArray(1), 1).toFloats())).isEqualTo("kotlin.FloatArray")
    assertThat(typeOf(System.getProperty("name")))
      .describedAs("the JDK leaves it open")
      .isEqualTo("java.lang.String!")
  }

  /** The type that the compiler has inferred; an exclamation mark says that it left it open. */
  private inline fun <reified T> typeOf(@Suppress("UNUSED_PARAMETER") value: T): String =
    typeOf<T>().toString().substringBefore(" (")
}
