package org.openclip.hub.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {
  private static final int SIZE = 600_000;

  @Test
  void aShareIsDirectMemoryAndNoMore() {
    WeightMemory.Share share = new WeightMemory.Share(1_000_000);

    ByteBuffer first = share.take(SIZE);

    assertThat(first).isNotNull();
    assertThat(share.take(SIZE)).isNull();
    assertThat(share.take(1000)).as("what is small").isNotNull();
    assertThat(first.isDirect()).isTrue();
  }

  @Test
  void beyondItIsMemoryAllTheSame() {
    WeightMemory.Share none = new WeightMemory.Share(0);

    ByteBuffer mapped = WeightMemory.allocate(SIZE, none);
    ByteBuffer other = WeightMemory.allocate(3_000_001, none);

    assertThat(mapped.remaining()).isEqualTo(SIZE);
    assertThat(mapped.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(mapped.isDirect()).isTrue();
    assertThat(other.remaining()).isEqualTo(3_000_001);
    assertThat(mapped.duplicate()).isEqualTo(ByteBuffer.allocate(SIZE));
    mapped.putInt(0, 7).putInt(SIZE - 4, 8);
    other.put(3_000_000, (byte) 9);
    assertThat(mapped.getInt(0)).isEqualTo(7);
    assertThat(mapped.getInt(SIZE - 4)).isEqualTo(8);
    assertThat(other.get(3_000_000)).isEqualTo((byte) 9);
  }
}
