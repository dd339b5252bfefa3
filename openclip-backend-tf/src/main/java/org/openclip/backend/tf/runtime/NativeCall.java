package org.openclip.backend.tf.runtime;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewBufferFromString;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.openclip.api.BackendException;
import org.openclip.api.backend.CallsUnderWay;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.proto.RunOptions;

/** A prepared run of a {@link NativeSession}. Safe for many threads until it is closed. */
public final class NativeCall implements AutoCloseable {
  private final NativeSession session;
  private final TF_Output feeds;
  private final int feedCount;
  private final TF_Output fetches;
  private final int fetchCount;
  private final PointerPointer<TF_Operation> targets;
  private final int targetCount;
  private final @Nullable TF_Buffer options;
  private boolean closed;

  NativeCall(
      NativeSession session,
      List<Output> feeds,
      List<Output> fetches,
      List<Output> targets,
      RunOptions options) {
    this.session = session;
    byte[] bytes = options.toByteArray();
    this.options =
        bytes.length == 0 ? null : TF_NewBufferFromString(new BytePointer(bytes), bytes.length);
    this.feeds = NativeGraph.array(feeds);
    this.feedCount = feeds.size();
    this.fetches = NativeGraph.array(fetches);
    this.fetchCount = fetches.size();
    this.targets = new PointerPointer<>(Math.max(1, targets.size()));
    this.targetCount = targets.size();
    for (int i = 0; i < targetCount; i++) {
      this.targets.put(i, targets.get(i).operation());
    }
  }

  /**
   * Runs once. An interrupt of the thread does not disturb the run and stays pending, and the JVM
   * does not end before the run does.
   *
   * @param values a tensor for each feed, still the caller's
   * @return a tensor for each fetch, which the caller closes
   * @throws BackendException when TensorFlow reports a failure
   */
  public List<NativeTensor> run(List<NativeTensor> values) {
    if (values.size() != feedCount) {
      throw new IllegalArgumentException(values.size() + " values for " + feedCount + " feeds");
    }
    return CallsUnderWay.finish(() -> runOnce(values));
  }

  private List<NativeTensor> runOnce(List<NativeTensor> values) {
    try (NativeStatus status = new NativeStatus();
        PointerPointer<TF_Tensor> given = new PointerPointer<>(Math.max(1, feedCount));
        PointerPointer<TF_Tensor> found = new PointerPointer<>(Math.max(1, fetchCount))) {
      for (int i = 0; i < feedCount; i++) {
        given.put(i, values.get(i).pointer());
      }
      TF_SessionRun(
          session.pointer(),
          options,
          feeds,
          given,
          feedCount,
          fetches,
          found,
          fetchCount,
          targets,
          targetCount,
          null,
          status.pointer());
      status.check("a run");
      List<NativeTensor> results = new ArrayList<>(fetchCount);
      for (int i = 0; i < fetchCount; i++) {
        results.add(NativeTensor.adopt(found.get(TF_Tensor.class, i)));
      }
      return results;
    } finally {
      Reference.reachabilityFence(values);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      session.forget(this);
      feeds.close();
      fetches.close();
      targets.close();
      if (options != null) {
        TF_DeleteBuffer(options);
      }
    }
  }
}
