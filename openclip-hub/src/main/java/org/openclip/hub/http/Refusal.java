package org.openclip.hub.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/** Takes nothing of a body, however long it is; its result is false. */
final class Refusal implements BodySubscriber<Boolean> {
  @Override
  public CompletionStage<Boolean> getBody() {
    return CompletableFuture.completedFuture(false);
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    // What was on its way already is dropped.
  }

  @Override
  public void onError(Throwable failure) {
    // The answer is refused, whatever becomes of it.
  }

  @Override
  public void onComplete() {
    // An empty body is refused, too.
  }
}
