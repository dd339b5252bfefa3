package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openclip.api.graph.Op;

/** The cases of the contract for backends leave no operator out. */
class OperatorCasesTest {
  @Test
  void thereIsACaseForEveryOperator() {
    Set<Class<?>> used =
        OperatorCases.all()
            .flatMap(c -> c.build().nodes().stream())
            .map(node -> node.op().getClass())
            .collect(Collectors.toSet());

    assertThat(used).containsAll(operators(Op.class).toList());
  }

  /** Returns the records that a sealed interface permits, directly or through others. */
  private static Stream<Class<?>> operators(Class<?> kind) {
    return kind.isRecord()
        ? Stream.of(kind)
        : Arrays.stream(kind.getPermittedSubclasses()).flatMap(OperatorCasesTest::operators);
  }
}
