import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.model.Architecture;
import org.openclip.api.model.ClipModel;
import org.openclip.api.model.Embeddings;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.spi.LossProvider;
import org.openclip.api.spi.OptimizerProvider;
import org.openclip.api.spi.PluginRegistry;
import org.openclip.api.tensor.Weights;
import org.openclip.api.training.StepReport;
import org.openclip.api.training.Trainer;
import org.openclip.api.training.TrainingPlan;
import org.openclip.hub.ModelBuilder;
import org.openclip.hub.OpenClip;
import org.openclip.hub.checkpoint.Checkpoints;
import org.openclip.hub.checkpoint.WeightSource;
import org.openclip.hub.model.ModelFolder;
import org.openclip.hub.picture.PictureFiles;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;
import org.openclip.train.folder.LabelledFolder;
import org.openclip.train.plan.DecayGroups;
import org.openclip.train.plan.TrainingGraphs;
import org.openclip.train.run.ModelPreparation;
import org.openclip.train.run.Progress;
import org.openclip.train.run.Schedule;
import org.openclip.train.run.TrainingLoop;
import org.openclip.train.run.UnvariedImages;
import org.openclip.train.run.WholeImages;

/**
 * Trains the embedded model on the images of a folder that has one folder for each class, and
 * writes the result as a model folder. {@code openclip train} does the same with checkpoints, logs
 * and validation.
 */
public class TrainOnFolder {
  private static final int BATCH = 8;
  private static final double RATE = 3e-4;
  private static final double DECAY = 0.2;

  public static void main(String[] arguments) {
    if (arguments.length != 3) {
      System.err.println("Usage: TrainOnFolder IMAGES EPOCHS RESULT");
      System.exit(2);
    }
    LabelledFolder folder = LabelledFolder.list(Path.of(arguments[0]));
    int epochs = Integer.parseInt(arguments[1]);
    Path result = Path.of(arguments[2]);
    ModelBuilder builder = OpenClip.model("emoji-RN");
    System.out.println("right before: " + right(builder, folder) + " of " + folder.files().size());
    train(builder, folder, epochs, result);
    ModelBuilder trained = OpenClip.model("local-dir:" + result);
    System.out.println("right after: " + right(trained, folder) + " of " + folder.files().size());
  }

  private static String caption(String name) {
    return "a picture of " + name;
  }

  private static void train(ModelBuilder builder, LabelledFolder folder, int epochs, Path result) {
    Architecture architecture = builder.architecture();
    PluginRegistry plugins = builder.registry();
    LossProvider loss = plugins.named(LossProvider.class, "clip");
    TrainingGraphs graphs = TrainingGraphs.of(architecture, loss, Map.of(), 0);
    TrainingPlan plan =
        TrainingPlan.of(
            List.of(graphs.image(), graphs.text()),
            graphs.objective(),
            plugins.named(OptimizerProvider.class, "adamw").create(Map.of()),
            DecayGroups.rules(architecture.parameters(), DECAY, name -> false));
    List<Sample> samples =
        folder.samples(label -> Sample.Caption.of(caption(folder.classes().get(label))));
    long steps = samples.size() / BATCH;
    builder.saveWeights(result, null); // The weights to start from; the trained ones replace them.
    try (ClipModel model = builder.load();
        Backend backend = plugins.named(BackendProvider.class, "tf").open(BackendOptions.DEFAULT);
        Trainer trainer = trainer(backend, plan, result.resolve(ModelFolder.CHECKPOINT), plugins)) {
      ModelPreparation preparation =
          new ModelPreparation(
              new PictureFiles(plugins),
              new WholeImages(
                  new UnvariedImages(model.preprocessor()),
                  architecture.imageEncoder().height(),
                  architecture.imageEncoder().width()),
              ModelPreparation.Captions.of(model.tokenizer()),
              0);
      new TrainingLoop(
              architecture,
              trainer,
              new ListedDataset(samples, true),
              preparation,
              Schedule.cosine(RATE, steps, epochs * steps),
              new TrainingLoop.Settings(0, BATCH, 1, epochs, steps, 2))
          .run(Progress.START, new Log(), () -> false);
      try (Weights weights = trainer.weights()) {
        ModelFolder.write(
            result, architecture.config(), builder.preprocessing(), WeightSource.of(weights));
      }
    }
  }

  private static Trainer trainer(
      Backend backend, TrainingPlan plan, Path checkpoint, PluginRegistry plugins) {
    try (Weights weights = Checkpoints.open(checkpoint, plugins)) {
      return backend.train(plan, weights);
    }
  }

  /** Counts the images whose nearest caption is that of their own class. */
  private static int right(ModelBuilder builder, LabelledFolder folder) {
    try (ClipModel model = builder.load()) {
      Embeddings texts =
          model.encodeTexts(folder.classes().stream().map(TrainOnFolder::caption).toList());
      List<List<Embeddings.Match>> nearest = texts.topK(model.encodeImages(folder.files()), 1);
      int right = 0;
      for (int i = 0; i < nearest.size(); i++) {
        right += nearest.get(i).get(0).index() == folder.labels().get(i) ? 1 : 0;
      }
      return right;
    }
  }

  private record Log() implements TrainingLoop.Listener {
    @Override
    public void step(
        Progress progress,
        long samples,
        StepReport report,
        double rate,
        double wait,
        double seconds) {
      System.out.println("step " + progress.step() + ": loss " + report.loss());
    }

    @Override
    public void epoch(Progress progress) {
      System.out.println("epochs done: " + progress.epoch());
    }
  }
}
