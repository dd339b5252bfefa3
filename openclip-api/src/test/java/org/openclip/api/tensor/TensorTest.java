package org.openclip.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openclip.api.OpenClipException;
import org.openclip.api.UnknownNameException;

class TensorTest {
  @Test
  void halvesAreWidenedExactly() {
    ByteBuffer half = Tensor.allocate(4).putShort((short) 0x3C00).putShort((short) 0xC000).flip();
    ByteBuffer brain = Tensor.allocate(4).putShort((short) 0x3F80).putShort((short) 0xC000).flip();

    assertThat(Tensor.of(DataType.FLOAT16, half, 2).toFloats()).containsExactly(1, -2);
    assertThat(Tensor.of(DataType.BFLOAT16, brain, 2).toFloats()).containsExactly(1, -2);
  }

  @Test
  void chunksFollowEachOther() {
    Tensor first = Tensor.of(new float[] {1, 2}, 1, 2);
    Tensor rest = Tensor.of(new float[] {3, 4, 5, 6}, 2, 2);

    Tensor all = Tensor.ofChunks(DataType.FLOAT32, List.of(first.data(), rest.data()), 3, 2);

    assertThat(all.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThatThrownBy(all::data).isInstanceOf(OpenClipException.class);
  }

  @Test
  void rowsOfIntegersAreMultipliedByTheirScales() {
    ByteBuffer bytes = Tensor.allocate(4).put(new byte[] {1, -2, 127, -127}).flip();
    Tensor integers = Tensor.of(DataType.INT8, bytes, 2, 2);

    Tensor quantized = Tensor.quantized(integers, Tensor.of(new float[] {0.5f, 2}, 2));

    assertThat(quantized.toFloats()).containsExactly(0.5f, -1, 254, -254);
    assertThat(quantized.real()).isTrue();
    assertThat(integers.real()).isFalse();
    assertThatThrownBy(integers::toFloats).isInstanceOf(OpenClipException.class);
    assertThatThrownBy(() -> Tensor.quantized(integers, Tensor.of(new float[3], 3)))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("FLOAT32[3]");
  }

  @Test
  void bytesMustFillTheShape() {
    assertThatThrownBy(() -> Tensor.of(DataType.INT64, Tensor.allocate(8), 2))
        .isInstanceOf(OpenClipException.class)
        .hasMessageContaining("16 bytes, not 8");
  }

  @Test
  void readingDoesNotMoveTheTensor() {
    Tensor tensor = Tensor.of(new long[] {7, 8}, 2);
    tensor.data().getLong();

    assertThat(tensor.toLongs()).containsExactly(7, 8);
    assertThatThrownBy(tensor::toFloats).isInstanceOf(OpenClipException.class);
  }

  @Test
  void weightsAreFoundByNameAndCanBeReplaced() {
    Weights weights = Weights.of(java.util.Map.of("a.weight", Tensor.of(new float[1])));
    Tensor other = Tensor.of(new float[] {1}, 1);

    assertThat(weights.replacing("a.weight", other).get("a.weight")).isSameAs(other);
    assertThatThrownBy(() -> weights.get("a.wieght"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessageContaining("did you mean a.weight?");
  }
}
