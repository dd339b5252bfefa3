package org.openclip.train.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.openclip.api.InvalidInputException;

class ShardListTest {
  @Test
  void bracesAreExpandedAsAShellDoes() {
    assertThat(ShardList.expand("a{0..3}.tar"))
        .containsExactly("a0.tar", "a1.tar", "a2.tar", "a3.tar");
    assertThat(ShardList.expand("{08..11}")).containsExactly("08", "09", "10", "11");
    assertThat(ShardList.expand("{3..1}")).containsExactly("3", "2", "1");
    assertThat(ShardList.expand("x{a,b{1..2},c}y")).containsExactly("xay", "xb1y", "xb2y", "xcy");
    assertThat(ShardList.expand("{0..1}-{0..1}")).containsExactly("0-0", "0-1", "1-0", "1-1");
    assertThat(ShardList.expand("plain.tar")).containsExactly("plain.tar");
    assertThat(ShardList.expand("one{alone}.tar")).containsExactly("one{alone}.tar");
    assertThat(ShardList.expand("open{0..1.tar")).containsExactly("open{0..1.tar");
    assertThat(ShardList.expand("{000000..041455}.tar"))
        .hasSize(41456)
        .last()
        .isEqualTo("041455.tar");
  }

  @Test
  void partsHaveFactors() {
    ShardList list = ShardList.of("a{0..1}.tar::b.tar", "1::2.5");
    assertThat(list.locations()).containsExactly("a0.tar", "a1.tar", "b.tar");
    assertThat(list.factors()).containsExactly(1.0, 1.0, 2.5);
  }

  @Test
  void wrongFactorsAreRefused() {
    assertThatThrownBy(() -> ShardList.of("a.tar::b.tar", "1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 upsampling factors for 2 parts");
    assertThatThrownBy(() -> ShardList.of("a.tar", "often")).hasMessageContaining("'often'");
    assertThatThrownBy(() -> ShardList.of("a.tar", "0")).hasMessageContaining("above 0");
    assertThatThrownBy(() -> ShardList.of("a.tar::", null)).hasMessageContaining("empty part");
    assertThatThrownBy(() -> ShardList.of("{0..99999999}.tar", null))
        .hasMessageContaining("more than");
  }
}
