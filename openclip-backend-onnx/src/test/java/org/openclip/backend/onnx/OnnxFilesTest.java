package org.openclip.backend.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.openclip.api.ClosedException;
import org.openclip.api.backend.Backend;
import org.openclip.api.backend.BackendOptions;
import org.openclip.api.backend.Device;
import org.openclip.api.backend.Program;
import org.openclip.api.graph.Graph;
import org.openclip.api.spi.BackendProvider;
import org.openclip.api.tensor.Weights;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.lowering.Numbers;
import org.openclip.backend.onnx.runtime.OnnxProgram;
import org.openclip.testkit.BackendContract;

/** Every operator written to a file in the standard's words alone, and run from there. */
class OnnxFilesTest extends BackendContract {
  @TempDir Path folder;

  @Override
  protected BackendProvider provider() {
    return new BackendProvider() {
      @Override
      public String name() {
        return OnnxBackendProvider.NAME;
      }

      @Override
      public Backend open(BackendOptions options) {
        return new ThroughFiles(options);
      }
    };
  }

  /** A backend whose programs come out of files. */
  private final class ThroughFiles implements Backend {
    private final Numbers numbers;
    private final List<Program> programs = new ArrayList<>();
    private boolean closed;

    ThroughFiles(BackendOptions options) {
      numbers = new Numbers(options.precision().type(), options.precision().type());
    }

    @Override
    public String name() {
      return OnnxBackendProvider.NAME;
    }

    @Override
    public String description() {
      return "ONNX files";
    }

    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public Program compile(Graph graph, Weights weights) {
      if (closed) {
        throw new ClosedException(description());
      }
      try {
        Path place = Files.createTempDirectory(folder, "graph");
        Lowered lowered = Lowered.file(graph, weights, numbers);
        new OnnxFile(place, false).write("graph.onnx", lowered);
        Path file = place.resolve("graph.onnx");
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        assertThat(model.getOpsetImportList()).allMatch(set -> set.getDomain().isEmpty());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session = environment.createSession(file.toString());
        Program program =
            new OnnxProgram(environment, OnnxProgram.Signature.of(graph), List.of(), session, 1);
        programs.add(program);
        return program;
      } catch (IOException | OrtException e) {
        throw new AssertionError("graph " + graph.name(), e);
      }
    }

    @Override
    public void close() {
      closed = true;
      programs.forEach(Program::close);
    }
  }
}
