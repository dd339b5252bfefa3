package org.openclip.train.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A product of matrices in a step, with the products that derive it.
 *
 * @param rows of the left matrix and of the result
 * @param inner columns of the left matrix
 * @param columns of the result
 * @param parts how many such matrices are multiplied at once
 * @param count how often it is in a step
 * @param derived whether the left matrix is derived, which an input of a tower is not
 */
record Product(long rows, long inner, long columns, long parts, long count, boolean derived) {
  Product(long rows, long inner, long columns, long parts, long count) {
    this(rows, inner, columns, parts, count, true);
  }

  /** Returns how many operations on single numbers the product and its derivatives take. */
  double operations() {
    int ways = derived ? 3 : 2;
    return ways * 2.0 * rows * inner * columns * parts;
  }

  /** Returns the products of a step of {@link Clip63}. */
  static List<Product> ofStep(int batch) {
    int patches = Clip63.SIDE / Clip63.PATCH * (Clip63.SIDE / Clip63.PATCH);
    List<Product> products = new ArrayList<>();
    long pixels = 3L * Clip63.PATCH * Clip63.PATCH;
    products.add(new Product((long) batch * patches, pixels, Clip63.WIDTH, 1, 1, false));
    blocks(products, batch, patches + 1);
    blocks(products, batch, Clip63.CONTEXT);
    products.add(new Product(batch, Clip63.WIDTH, Clip63.EMBEDDING, 1, 2));
    products.add(new Product(batch, Clip63.EMBEDDING, batch, 1, 1));
    return products;
  }

  /** Adds those of a tower's blocks; of the last one, a step computes the pooled rows alone. */
  private static void blocks(List<Product> products, int batch, int length) {
    long width = Clip63.WIDTH;
    long head = width / Clip63.HEADS;
    long whole = Clip63.LAYERS - 1L;
    long rows = (long) batch * length;
    long heads = (long) batch * Clip63.HEADS;
    products.add(new Product(rows, width, 3 * width, 1, whole));
    products.add(new Product(length, head, length, heads, whole));
    products.add(new Product(length, length, head, heads, whole));
    products.add(new Product(rows, width, width, 1, whole));
    products.add(new Product(rows, width, 4 * width, 1, whole));
    products.add(new Product(rows, 4 * width, width, 1, whole));
    products.add(new Product(rows, width, 2 * width, 1, 1));
    products.add(new Product(1, head, length, heads, 1));
    products.add(new Product(1, length, head, heads, 1));
    products.add(new Product(batch, width, width, 1, 2));
    products.add(new Product(batch, width, 4 * width, 1, 1));
    products.add(new Product(batch, 4 * width, width, 1, 1));
  }
}
