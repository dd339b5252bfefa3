/** The encoders, tokenizers, image preprocessing, losses and configurations of CLIP models. */
module org.openclip.models {
  requires com.github.luben.zstd_jni;
  requires java.desktop;
  requires org.openclip.api;
  requires org.tukaani.xz;
  requires static ai.djl.tokenizers;
  requires static com.google.gson;
  requires static jlayer;
  // What webp.imageio, an automatic module, needs and cannot say.
  requires static kotlin.stdlib;
  requires static org.jspecify;
  requires static webp.imageio;

  provides org.openclip.api.spi.AudioDecoderProvider with
      org.openclip.models.audio.SoundFileDecoderProvider,
      org.openclip.models.audio.flac.FlacDecoderProvider,
      org.openclip.models.audio.mp3.Mp3DecoderProvider;
  provides org.openclip.api.spi.AudioEncoderProvider with
      org.openclip.models.audio.HtsatProvider,
      org.openclip.models.audio.WhisperProvider,
      org.openclip.models.naflex.NaFlexAudioProvider;
  provides org.openclip.api.spi.GenerativeEncoderProvider with
      org.openclip.models.generative.GenLapProvider,
      org.openclip.models.generative.GenLipProvider;
  provides org.openclip.api.spi.ImageEncoderProvider with
      org.openclip.models.clip.ModifiedResNetProvider,
      org.openclip.models.clip.VisionTransformerProvider,
      org.openclip.models.nomic.NomicVisionProvider,
      org.openclip.models.timm.TimmImageEncoderProvider;
  provides org.openclip.api.spi.TextEncoderProvider with
      org.openclip.models.clip.TextTransformerProvider,
      org.openclip.models.hf.HfTextProvider,
      org.openclip.models.modern.ModernTextProvider,
      org.openclip.models.tips.TipsTextProvider;
  provides org.openclip.api.spi.MultimodalDecoderProvider with
      org.openclip.models.clip.MultimodalTransformerProvider;
  provides org.openclip.api.spi.LossProvider with
      org.openclip.models.loss.ClipLossProvider,
      org.openclip.models.loss.CocaLossProvider,
      org.openclip.models.loss.DistillationLossProvider,
      org.openclip.models.loss.SiglipLossProvider;
  provides org.openclip.api.spi.OptimizerProvider with
      org.openclip.models.optimizer.AdamWProvider,
      org.openclip.models.optimizer.LionProvider,
      org.openclip.models.optimizer.NAdamWProvider,
      org.openclip.models.optimizer.SgdProvider;
  provides org.openclip.api.spi.ModelCatalogueProvider with
      org.openclip.models.catalogue.FamilyCatalogue,
      org.openclip.models.catalogue.GenerativeCatalogue,
      org.openclip.models.catalogue.OpenClipCatalogue,
      org.openclip.models.catalogue.SoundCatalogue,
      org.openclip.models.embedded.EmbeddedCatalogue;
  provides org.openclip.api.spi.ImageDecoderProvider with
      org.openclip.models.image.ImageIoDecoderProvider;
  provides org.openclip.api.spi.ImagePreprocessorProvider with
      org.openclip.models.image.StandardPreprocessorProvider;
  provides org.openclip.api.spi.TokenizerProvider with
      org.openclip.models.text.ClipTokenizerProvider,
      org.openclip.models.text.hf.HfTokenizerProvider,
      org.openclip.models.text.tiktoken.TiktokenProvider;
}
