package org.openclip.models.timm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openclip.api.config.ConfigReader;
import org.openclip.api.encoder.EncoderContext;

/**
 * Asks timm for the NaFlex form of a model, as the reference's {@code force_naflex_vision} does.
 *
 * @param families all models of timm
 */
record TimmToNaFlex(List<TimmFamily> families) {
  /** Returns {@code vision_cfg} of the converted tower; of a NaFlex tower, its own. */
  Map<String, Object> of(EncoderContext context) {
    TimmImageEncoder tower = new TimmImageEncoder(context, families);
    if (tower.trunk() instanceof NaFlexTrunk) {
      return context.config();
    }
    ConfigReader reader = new ConfigReader("vision_cfg", context.config());
    Map<String, Object> options = new LinkedHashMap<>(reader.map("timm_model_kwargs"));
    options.put(TimmFamily.USE_NAFLEX, true);
    // A map pooling of EVA sees the tokens in front, too.
    if (tower.trunk() instanceof EvaTrunk && reader.string("timm_pool", "avg").equals("map")) {
      options.putIfAbsent("pool_include_prefix", true);
    }
    Map<String, Object> config = new LinkedHashMap<>(context.config());
    config.put("timm_model_kwargs", options);
    // Written down, so that the table keeps its size whatever size images have.
    options.put("pos_embed_grid_size", converted(context, config).grid());
    return config;
  }

  private NaFlexTrunk converted(EncoderContext context, Map<String, Object> config) {
    EncoderContext asked =
        new EncoderContext(config, context.embedDim(), context.quickGelu(), context.customText());
    return (NaFlexTrunk) new TimmImageEncoder(asked, families).trunk();
  }
}
