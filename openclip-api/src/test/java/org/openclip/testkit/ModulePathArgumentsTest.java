package org.openclip.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openclip.api.graph.Graph;

/** The build runs the tests on both paths; here they look where they are. */
class ModulePathArgumentsTest {
  @Test
  void testsAndTestedAreWhereTheBuildSays() {
    boolean named = "module".equals(System.getProperty("openclip.path"));

    assertThat(Graph.class.getModule().isNamed()).isEqualTo(named);
    assertThat(getClass().getModule()).isSameAs(Graph.class.getModule());
    assertThat(Test.class.getModule().isNamed()).isFalse();
  }
}
