package org.openclip.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.testkit.Fixtures;
import org.openclip.testkit.JavaProcess;

/** Applications that bring OpenCLIP with them, are undeployed and deployed again. */
@Tag("once")
class ClassLoaderTest {
  @TempDir Path folder;

  @Test
  void theClassLoaderIsCollectedAfterTheModelIsClosed() throws Exception {
    JavaProcess.Run run =
        new JavaProcess(folder)
            .options("--enable-native-access=ALL-UNNAMED")
            // As Tomcat gives it; without, ONNX Runtime's shutdown hook cannot be removed.
            .options("--add-opens", "java.base/java.lang=ALL-UNNAMED")
            .options("-XX:SoftRefLRUPolicyMSPerMB=0")
            .options("-Dopenclip.project=" + Fixtures.project())
            .run(Deploying.class, "collect");

    assertThat(run.out().lines())
        .as(run.err())
        .containsExactly(
            "1 x 192, 2 x 192", "collected true", "1 x 192, 2 x 192", "collected true");
    assertThat(run.code()).isZero();
  }

  @Test
  void imageIoForgetsItsReaders() throws Exception {
    JavaProcess.Run run =
        new JavaProcess(folder)
            .options("--enable-native-access=ALL-UNNAMED")
            .options("-Dopenclip.project=" + Fixtures.project())
            .run(Deploying.class, "registry");

    assertThat(run.out().lines()).as(run.err()).containsExactly("1 x 192, 2 x 192", "foreign 0");
  }

  /** A server that deploys an application with its own copy of every jar. */
  static final class Deploying {
    private Deploying() {}

    public static void main(String[] arguments) throws Exception {
      if (arguments[0].equals("registry")) {
        deploy();
        System.out.println("foreign " + foreignReaders());
        return;
      }
      // As servers do, so that what the JVM keeps of its first use is not an application's.
      ImageIO.getCacheDirectory();
      for (int i = 0; i < 2; i++) {
        WeakReference<ClassLoader> loader = deploy();
        for (int tries = 0; tries < 100 && loader.get() != null; tries++) {
          System.gc();
          TimeUnit.MILLISECONDS.sleep(50);
        }
        System.out.println("collected " + (loader.get() == null));
      }
    }

    private static WeakReference<ClassLoader> deploy() throws Exception {
      List<URL> jars = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        jars.add(Path.of(entry).toUri().toURL());
      }
      Thread thread = Thread.currentThread();
      ClassLoader before = thread.getContextClassLoader();
      try (URLClassLoader loader =
          new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
        thread.setContextClassLoader(loader);
        Object model = loader.loadClass("org.openclip.hub.OpenClip").getMethod("load").invoke(null);
        Path cat = Fixtures.path("preprocess/images/cat-small.png");
        System.out.println(
            size(model, "encodeTexts", List.of("a cat"))
                + ", "
                + size(model, "encodeImages", List.of(cat, cat)));
        ((AutoCloseable) model).close();
        return new WeakReference<>(loader);
      } finally {
        thread.setContextClassLoader(before);
      }
    }

    private static String size(Object model, String method, List<?> items) throws Exception {
      Object embeddings =
          model
              .getClass()
              .getClassLoader()
              .loadClass("org.openclip.api.model.ClipModel")
              .getMethod(method, List.class)
              .invoke(model, items);
      return embeddings.toString().replaceAll("Embeddings\\[(.*)]", "$1");
    }

    private static int foreignReaders() {
      int foreign = 0;
      Iterator<ImageReaderSpi> readers =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
      while (readers.hasNext()) {
        if (readers.next().getClass().getClassLoader() instanceof URLClassLoader) {
          foreign++;
        }
      }
      return foreign;
    }
  }
}
