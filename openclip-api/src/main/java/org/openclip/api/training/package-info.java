/**
 * Defines training: plans, trainers and optimizers.
 *
 * <p>A {@link org.openclip.api.training.TrainingPlan} describes what is trained: towers, an
 * objective, an {@link org.openclip.api.training.Optimizer} and a rule for each parameter. {@link
 * org.openclip.api.backend.Backend#train} turns a plan into a {@link
 * org.openclip.api.training.Trainer}, which updates the parameters step by step. The command {@code
 * openclip train} adds data, the learning rate schedule and checkpoints.
 *
 * <pre>{@code
 * try (Trainer trainer = backend.train(plan, weights)) {
 *   for (long step = 1; step <= 100; step++) {
 *     Map<String, Tensor> batch = Map.of("pixels", pixels, "tokens", tokens);
 *     StepReport report = trainer.step(List.of(batch), new StepOptions(step, 1e-4, 0));
 *     System.out.println(step + ": " + report.loss());
 *   }
 * }
 * }</pre>
 */
@NullMarked
package org.openclip.api.training;

import org.jspecify.annotations.NullMarked;
