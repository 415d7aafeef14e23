package io.sluice.internal.loop;

import io.sluice.FileRegion;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.BasicFileAttributes;

/** Files of a loop's engine, to be sent. */
final class Files {
  private Files() {}

  /** Finds wrong arguments at the call; what goes wrong later ends the connection. */
  static void check(FileRegion region) {
    BasicFileAttributes a;
    try {
      a = java.nio.file.Files.readAttributes(region.path(), BasicFileAttributes.class);
    } catch (IOException e) {
      throw new IllegalArgumentException("region: file " + region.path() + " cannot be read: " + e, e);
    }
    if (!a.isRegularFile()) {
      throw new IllegalArgumentException("region: " + region.path() + " is not a regular file");
    }
    if (a.size() - region.position() < region.length()) {
      throw new IllegalArgumentException(
          "region: position " + region.position() + " and length " + region.length() + " are not within the "
              + a.size() + " bytes of " + region.path());
    }
  }

  /** A file number for SENDFILE, or a negative code. */
  static int open(Engine engine, FileRegion region) {
    byte[] path = region.path().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer b;
    try {
      b = ByteBuffer.allocateDirect(path.length).put(path).flip();
    } catch (OutOfMemoryError e) {
      return -Abi.ENOMEM; // Direct memory is limited apart from the heap.
    }
    return engine.control(0L, Abi.CONTROL_OPEN_FILE, b);
  }

  static void close(Engine engine, ByteBuffer control, int file) {
    engine.control(0L, Abi.CONTROL_CLOSE_FILE, control.order(ByteOrder.LITTLE_ENDIAN).putInt(0, file).limit(4));
  }
}
