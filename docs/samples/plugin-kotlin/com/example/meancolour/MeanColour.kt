package com.example.meancolour

import java.io.InputStream
import java.util.SequencedSet
import org.openclip.api.config.ConfigReader
import org.openclip.api.encoder.Encoded
import org.openclip.api.encoder.EncoderContext
import org.openclip.api.encoder.ImageEncoder
import org.openclip.api.graph.ArithmeticOp.Reduction
import org.openclip.api.graph.GraphBuilder
import org.openclip.api.graph.Layers
import org.openclip.api.graph.Value
import org.openclip.api.spi.ImageEncoderProvider
import org.openclip.api.spi.ModelCatalogueProvider

/** An architecture written in Kotlin: one linear layer over the mean colour of the picture. */
class MeanColour(context: EncoderContext) : ImageEncoder {
  private val size: Int
  private val embedDim = context.embedDim()

  init {
    val config = ConfigReader("vision_cfg", context.config())
    config.ignore("encoder")
    size = config.integer("image_size", 32)
    config.finish()
  }

  override fun height() = size

  override fun width() = size

  override fun encode(graph: GraphBuilder, pixels: Value): Encoded {
    val colour = graph.reduce(pixels, Reduction.MEAN, 2, 3)
    return Encoded(Layers.linear(graph, "head", colour, embedDim.toLong()), null)
  }
}

/** Brings [MeanColour] under its name. */
class MeanColourProvider : ImageEncoderProvider {
  override fun name() = "mean-colour"

  override fun create(context: EncoderContext) = MeanColour(context)
}

/** Names the one size that there is. */
class MeanColourModels : ModelCatalogueProvider {
  override fun name() = "mean-colour"

  override fun models(): SequencedSet<String> = linkedSetOf("MeanColour-S")

  override fun open(model: String): InputStream =
    checkNotNull(javaClass.getResourceAsStream("$model.json"))
}
