package org.openclip.train.command.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openclip.api.model.ZeroShotClassifier;
import org.openclip.hub.cli.TextLines;
import org.openclip.train.data.Dataset;
import org.openclip.train.data.ListedDataset;
import org.openclip.train.data.Sample;
import org.openclip.train.folder.LabelledFolder;
import org.openclip.train.folder.PictureTree;
import picocli.CommandLine.Mixin;

/** The flags of image folders, with captions in files or with class names as captions. */
public final class FolderFlags {
  public @Mixin ClassFlags classes = new ClassFlags();

  private final List<String> notes = new ArrayList<>();

  /** Returns the file of the names of all classes; null without one. */
  public @Nullable Path classNames() {
    return classes.names();
  }

  /** Returns texts with {@code {}} in the place of the class. */
  public List<String> templates() {
    return classes.templates();
  }

  /**
   * Returns the pictures of a folder with their captions.
   *
   * @param shuffled whether they are trained on, in an order that is drawn for each epoch
   */
  public Dataset dataset(Path folder, boolean shuffled) {
    PictureTree tree = PictureTree.list(folder);
    boolean captioned = tree.isCaptioned();
    List<Sample> samples = captioned ? captioned(tree) : classes(tree);
    tree.passedOver(captioned).ifPresent(notes::add);
    return new ListedDataset(samples, shuffled);
  }

  private List<Sample> captioned(PictureTree tree) {
    List<Path> alone = tree.captionsAlone();
    notes.add(
        "%s: %s pictures with caption files".formatted(tree.root(), count(tree.pictures().size())));
    if (!alone.isEmpty()) {
      notes.add(
          "%s: %s .txt files have no picture, such as %s"
              .formatted(tree.root(), count(alone.size()), alone.get(0)));
    }
    return tree.samples();
  }

  private List<Sample> classes(PictureTree tree) {
    LabelledFolder folder = LabelledFolder.of(tree);
    List<String> names = LabelledData.names(folder.classes());
    Path classNames = classes.names();
    if (classNames != null) {
      names = TextLines.read(classNames.toString());
      folder = folder.numbered(names.size());
    }
    List<String> templates = classes.templates();
    List<Sample.Caption> captions = new ArrayList<>();
    for (String name : names) {
      captions.add(Sample.Caption.of(ZeroShotClassifier.prompts(name, templates)));
    }
    notes.add(
        "%s: %s pictures in %s class folders, with captions such as '%s'%s"
            .formatted(
                tree.root(),
                count(tree.pictures().size()),
                count(folder.classes().size()),
                ZeroShotClassifier.prompts(names.get(0), templates).get(0),
                templates.size() == 1
                    ? ""
                    : ", from one of %s templates, drawn for each sample"
                        .formatted(templates.size())));
    return folder.samples(captions::get);
  }

  private static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns what the folders were found to hold, in lines. */
  public List<String> notes() {
    return List.copyOf(notes);
  }
}
