package org.openclip.api.graph;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openclip.api.graph.ArithmeticOp.ArgMax;
import org.openclip.api.graph.ArithmeticOp.Binary;
import org.openclip.api.graph.ArithmeticOp.Cast;
import org.openclip.api.graph.ArithmeticOp.Choose;
import org.openclip.api.graph.ArithmeticOp.Clamp;
import org.openclip.api.graph.ArithmeticOp.Compare;
import org.openclip.api.graph.ArithmeticOp.CumulativeSum;
import org.openclip.api.graph.ArithmeticOp.LogSoftmax;
import org.openclip.api.graph.ArithmeticOp.Reduce;
import org.openclip.api.graph.ArithmeticOp.Softmax;
import org.openclip.api.graph.ArithmeticOp.Unary;
import org.openclip.api.graph.LayoutOp.Broadcast;
import org.openclip.api.graph.LayoutOp.Concat;
import org.openclip.api.graph.LayoutOp.Gather;
import org.openclip.api.graph.LayoutOp.Pad;
import org.openclip.api.graph.LayoutOp.Reshape;
import org.openclip.api.graph.LayoutOp.Slice;
import org.openclip.api.graph.LayoutOp.Transpose;
import org.openclip.api.graph.NeuralOp.Attention;
import org.openclip.api.graph.NeuralOp.BatchNorm;
import org.openclip.api.graph.NeuralOp.Convolution;
import org.openclip.api.graph.NeuralOp.Embedding;
import org.openclip.api.graph.NeuralOp.Gelu;
import org.openclip.api.graph.NeuralOp.L2Normalize;
import org.openclip.api.graph.NeuralOp.LayerNorm;
import org.openclip.api.graph.NeuralOp.Linear;
import org.openclip.api.graph.NeuralOp.MatMul;
import org.openclip.api.graph.NeuralOp.Pool;
import org.openclip.api.graph.NeuralOp.RmsNorm;
import org.openclip.api.graph.NeuralOp.SwitchBackLinear;
import org.openclip.api.graph.TrainingOp.AllGather;
import org.openclip.api.graph.TrainingOp.DropPath;
import org.openclip.api.graph.TrainingOp.Dropout;
import org.openclip.api.graph.TrainingOp.PatchDropout;
import org.openclip.api.graph.TrainingOp.StopGradient;

/**
 * Operators copied with other inputs.
 *
 * @param to what takes the place of each input
 */
record Rewiring(UnaryOperator<Value> to) {
  private Value to(Value value) {
    return to.apply(value);
  }

  private @Nullable Value orNull(@Nullable Value value) {
    return value == null ? null : to.apply(value);
  }

  /** Returns the operator with its inputs replaced and its attributes as they are. */
  Op of(Op op) {
    return switch (op) {
      case LeafOp leaf -> leaf;
      case NeuralOp neural -> neural(neural);
      case ArithmeticOp arithmetic -> arithmetic(arithmetic);
      case LayoutOp layout -> layout(layout);
      case TrainingOp training -> training(training);
    };
  }

  private NeuralOp neural(NeuralOp op) {
    return switch (op) {
      case Linear l -> new Linear(to(l.input()), to(l.weight()), orNull(l.bias()));
      case SwitchBackLinear l ->
          new SwitchBackLinear(to(l.input()), to(l.weight()), orNull(l.bias()), l.form());
      case MatMul m -> new MatMul(to(m.left()), to(m.right()), m.transposeRight());
      case Convolution c ->
          new Convolution(
              to(c.input()),
              to(c.weight()),
              orNull(c.bias()),
              c.strideHeight(),
              c.strideWidth(),
              c.pads(),
              c.groups());
      case Pool p ->
          new Pool(
              to(p.input()),
              p.pooling(),
              p.kernelHeight(),
              p.kernelWidth(),
              p.strideHeight(),
              p.strideWidth(),
              p.pads());
      case LayerNorm n ->
          new LayerNorm(to(n.input()), orNull(n.weight()), orNull(n.bias()), n.epsilon());
      case RmsNorm n -> new RmsNorm(to(n.input()), orNull(n.weight()), n.epsilon());
      case BatchNorm b ->
          new BatchNorm(
              to(b.input()),
              to(b.weight()),
              to(b.bias()),
              to(b.mean()),
              to(b.variance()),
              b.epsilon(),
              b.momentum());
      case Attention a ->
          new Attention(
              to(a.query()),
              to(a.key()),
              to(a.value()),
              orNull(a.mask()),
              a.causal(),
              a.heads(),
              a.scale());
      case Gelu g -> new Gelu(to(g.input()), g.form());
      case Embedding e -> new Embedding(to(e.table()), to(e.ids()));
      case L2Normalize n -> new L2Normalize(to(n.input()), n.epsilon());
    };
  }

  private ArithmeticOp arithmetic(ArithmeticOp op) {
    return switch (op) {
      case Unary u -> new Unary(to(u.input()), u.function());
      case Binary b -> new Binary(to(b.left()), to(b.right()), b.function());
      case Compare c -> new Compare(to(c.left()), to(c.right()), c.relation());
      case Choose c -> new Choose(to(c.condition()), to(c.whenTrue()), to(c.whenFalse()));
      case Clamp c -> new Clamp(to(c.input()), c.minimum(), c.maximum());
      case Softmax s -> new Softmax(to(s.input()), s.axis());
      case LogSoftmax s -> new LogSoftmax(to(s.input()), s.axis());
      case Reduce r -> new Reduce(to(r.input()), r.reduction(), r.axes(), r.keep());
      case ArgMax a -> new ArgMax(to(a.input()), a.axis());
      case CumulativeSum c -> new CumulativeSum(to(c.input()), c.axis());
      case Cast c -> new Cast(to(c.input()), c.type());
    };
  }

  private LayoutOp layout(LayoutOp op) {
    return switch (op) {
      case Reshape r -> new Reshape(to(r.input()), r.shape());
      case Transpose t -> new Transpose(to(t.input()), t.permutation());
      case Concat c -> new Concat(c.parts().stream().map(to).toList(), c.axis());
      case Slice s -> new Slice(to(s.input()), s.axis(), s.start(), s.end());
      case Pad p -> new Pad(to(p.input()), p.before(), p.after(), p.number());
      case Broadcast b -> new Broadcast(to(b.input()), b.shape());
      case Gather g -> new Gather(to(g.data()), to(g.indices()), g.axis(), g.batchAxes());
    };
  }

  private TrainingOp training(TrainingOp op) {
    return switch (op) {
      case Dropout d -> new Dropout(to(d.input()), d.rate());
      case DropPath d -> new DropPath(to(d.input()), d.rate());
      case PatchDropout d -> new PatchDropout(to(d.input()), d.rate(), d.prefix());
      case AllGather a -> new AllGather(to(a.input()), a.ranks());
      case StopGradient s -> new StopGradient(to(s.input()));
    };
  }
}
