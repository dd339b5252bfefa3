package org.openclip.backend.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.openclip.api.BackendException;
import org.openclip.api.ClosedException;
import org.openclip.api.ShutdownException;
import org.openclip.api.backend.CallsUnderWay;
import org.openclip.api.backend.FileProgram;
import org.openclip.api.graph.Graph;
import org.openclip.api.graph.InputCheck;
import org.openclip.api.graph.LeafOp;
import org.openclip.api.tensor.DataType;
import org.openclip.api.tensor.Tensor;
import org.openclip.backend.onnx.lowering.Lowered;
import org.openclip.backend.onnx.model.OnnxModel;

/** A session of ONNX Runtime over weights that it reads where they lie. */
public final class OnnxProgram implements FileProgram {
  private final OrtEnvironment environment;
  private final Signature signature;
  private final List<OnnxTensor> weights;
  private final OrtSession session;
  private final int threads;

  /** Runs hold the reading half, closing the writing half. */
  private final ReadWriteLock inUse = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * What a session takes and gives.
   *
   * @param name what messages call it
   * @param outputs the names of those that are asked for
   */
  public record Signature(String name, List<LeafOp.Input> inputs, Set<String> outputs) {
    public static Signature of(Graph graph) {
      return new Signature("graph " + graph.name(), graph.inputs(), graph.outputs().keySet());
    }
  }

  /**
   * Takes over an open session.
   *
   * @param weights what the session reads; closed after it
   * @param threads how many cores a run keeps busy
   */
  public OnnxProgram(
      OrtEnvironment environment,
      Signature signature,
      List<OnnxTensor> weights,
      OrtSession session,
      int threads) {
    this.environment = environment;
    this.signature = signature;
    this.weights = weights;
    this.session = session;
    this.threads = threads;
  }

  /**
   * Opens a session; what was opened before a failure is closed.
   *
   * @param inPlace the weights that the session may read where they lie
   * @param threads how many cores a run keeps busy
   */
  public static OnnxProgram open(
      OrtEnvironment environment,
      SessionOptions options,
      Graph graph,
      Lowered lowered,
      Set<String> inPlace,
      int threads)
      throws OrtException {
    List<OnnxTensor> weights = new ArrayList<>();
    boolean opened = false;
    try (SharedWeights shared = SharedWeights.prepare(options, inPlace)) {
      Map<String, OnnxTensorLike> copied = new LinkedHashMap<>();
      long copiedBytes = 0;
      for (Map.Entry<String, Tensor> entry : lowered.weights().entrySet()) {
        OnnxTensor weight = wrap(environment, entry.getValue());
        weights.add(weight);
        if (!shared.share(entry.getKey(), entry.getValue(), weight)) {
          copied.put(entry.getKey(), weight);
          copiedBytes += entry.getValue().bytes();
        }
      }
      options.addExternalInitializers(copied);
      OrtSession session = environment.createSession(lowered.model().bytes(), options);
      opened = true;
      FreedMemory.giveBack(copiedBytes);
      return new OnnxProgram(environment, Signature.of(graph), weights, session, threads);
    } finally {
      if (!opened) {
        weights.forEach(OnnxTensor::close);
      }
    }
  }

  private static OnnxTensor wrap(OrtEnvironment environment, Tensor tensor) throws OrtException {
    OnnxJavaType type =
        switch (tensor.type()) {
          case FLOAT32 -> OnnxJavaType.FLOAT;
          case FLOAT16 -> OnnxJavaType.FLOAT16;
          case BFLOAT16 -> OnnxJavaType.BFLOAT16;
          case INT64 -> OnnxJavaType.INT64;
          case INT32 -> OnnxJavaType.INT32;
          case INT8 -> OnnxJavaType.INT8;
          case BOOL -> OnnxJavaType.BOOL;
        };
    ByteBuffer data = tensor.data();
    if (!data.isDirect()) {
      data = Tensor.allocate(data.remaining()).put(data).flip();
    }
    return OnnxTensor.createTensor(environment, data, tensor.shape(), type);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    InputCheck.check(signature.name(), signature.inputs(), inputs);
    return CallsUnderWay.finish(() -> runOnce(inputs));
  }

  private Map<String, Tensor> runOnce(Map<String, Tensor> inputs) {
    inUse.readLock().lock();
    Map<String, OnnxTensor> fed = new HashMap<>();
    try {
      if (closed) {
        throw new ClosedException("the program of " + signature.name());
      }
      for (Map.Entry<String, Tensor> entry : inputs.entrySet()) {
        fed.put(entry.getKey(), wrap(environment, entry.getValue()));
      }
      try (OrtSession.Result result = session.run(fed, signature.outputs())) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          outputs.put(entry.getKey(), copy((OnnxTensor) entry.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      if (CallsUnderWay.jvmIsEnding()) {
        // Where the environment could not be kept, it is gone now.
        throw new ShutdownException(signature.name(), e);
      }
      throw new BackendException(
          OnnxModel.BACKEND, signature.name() + " failed on " + inputs + ": " + e.getMessage(), e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
      inUse.readLock().unlock();
    }
  }

  @Override
  public List<LeafOp.Input> inputs() {
    return signature.inputs();
  }

  @Override
  public int threads() {
    return threads;
  }

  private static Tensor copy(OnnxTensor value) {
    DataType type =
        switch (value.getInfo().type) {
          case FLOAT -> DataType.FLOAT32;
          case INT64 -> DataType.INT64;
          case INT32 -> DataType.INT32;
          case INT8 -> DataType.INT8;
          case BOOL -> DataType.BOOL;
          default ->
              throw new BackendException(
                  OnnxModel.BACKEND, "unexpected output type " + value.getInfo().type);
        };
    return Tensor.of(type, value.getByteBuffer(), value.getInfo().getShape());
  }

  public boolean isClosed() {
    inUse.readLock().lock();
    try {
      return closed;
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      session.close();
      weights.forEach(OnnxTensor::close);
    } catch (OrtException e) {
      throw new BackendException(
          OnnxModel.BACKEND, signature.name() + " did not close: " + e.getMessage(), e);
    } finally {
      inUse.writeLock().unlock();
    }
  }
}
