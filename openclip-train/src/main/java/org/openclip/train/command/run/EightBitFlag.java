package org.openclip.train.command.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.NeuralOp.SwitchBackForm;
import org.openclip.hub.cli.UsageException;
import org.openclip.train.plan.TrainingGraphs;
import picocli.CommandLine.Option;

/** The flag for MLPs in 8 bits, with the names of bitsandbytes that the reference takes. */
public final class EightBitFlag {
  private static final Map<String, SwitchBackForm> FORMS = forms();

  @Option(
      names = "--use-bnb-linear",
      paramLabel = "CLASS",
      description =
          "Experimental: computes the MLPs in 8-bit integers (SwitchBack), for"
              + " SwitchBackLinearGlobal, SwitchBackLinearVectorwise or"
              + " SwitchBackLinearGlobalMemEfficient. With --backend tf.")
  private @Nullable String name;

  private static Map<String, SwitchBackForm> forms() {
    Map<String, SwitchBackForm> forms = new LinkedHashMap<>();
    forms.put("SwitchBackLinearGlobal", SwitchBackForm.GLOBAL);
    forms.put("SwitchBackLinearVectorwise", SwitchBackForm.VECTORWISE);
    forms.put("SwitchBackLinearGlobalMemEfficient", SwitchBackForm.GLOBAL_MEMORY_EFFICIENT);
    return forms;
  }

  /** Checks the name. */
  void check() {
    if (name != null && !FORMS.containsKey(name)) {
      throw new UsageException(
          "--use-bnb-linear '" + name + "' is not one of " + String.join(", ", FORMS.keySet()));
    }
  }

  /** Returns graphs with the layers that the flag names; the same without it. */
  TrainingGraphs apply(TrainingGraphs graphs) {
    SwitchBackForm form = name == null ? null : FORMS.get(name);
    return form == null ? graphs : graphs.inEightBits(form);
  }
}
