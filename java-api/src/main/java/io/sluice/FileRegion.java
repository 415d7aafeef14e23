package io.sluice;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Part of a file, to be sent. The file is opened when the send starts on the loop and closed when it ends; it must not
 * shrink meanwhile: a region that ends early fails the send and closes the connection.
 *
 * @param path the file
 * @param position first byte, not negative
 * @param length bytes, 1 to 2^31 - 1 ({@value #MAX_LENGTH})
 */
public record FileRegion(Path path, long position, long length) {
  /** The longest region of one send. */
  public static final long MAX_LENGTH = Integer.MAX_VALUE;

  public FileRegion {
    Objects.requireNonNull(path, "path");
    if (position < 0) {
      throw new IllegalArgumentException("position " + position + " is negative");
    }
    if (length < 1 || length > MAX_LENGTH) {
      throw new IllegalArgumentException("length " + length + " is not within 1 to " + MAX_LENGTH);
    }
  }
}
