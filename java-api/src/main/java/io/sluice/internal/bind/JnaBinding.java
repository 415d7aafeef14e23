package io.sluice.internal.bind;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * JNA with direct mapping. JNA is an optional dependency: {@link Bindings} touches this class only after it has found
 * {@code com.sun.jna.Native}.
 */
final class JnaBinding implements Binding {
  /** RTLD_NOW without RTLD_GLOBAL: JNA's default would offer our symbols to every library of the process. */
  private static final int OPEN_FLAGS = 2;

  private static JnaBinding loaded;

  /** JNA closes a library that nobody refers to. */
  private final NativeLibrary library;

  private JnaBinding(NativeLibrary library) {
    this.library = library;
  }

  /** Loads the library once per class loader; later calls answer the first one's result. */
  static synchronized JnaBinding load(Path file) throws UnavailableException {
    if (loaded == null) {
      NativeLibrary library =
          NativeLibrary.getInstance(
              file.toString(),
              Map.of(
                  Library.OPTION_OPEN_FLAGS, OPEN_FLAGS,
                  Library.OPTION_CLASSLOADER, JnaBinding.class.getClassLoader()));
      Native.register(C.class, library);
      JnaBinding binding = new JnaBinding(library);
      try {
        Bindings.checkAbi(binding.abi(), file);
      } catch (UnavailableException e) {
        Native.unregister(C.class);
        throw e;
      }
      loaded = binding;
    }
    return loaded;
  }

  /** The functions under their C names, by which JNA finds them. Addresses and {@code size_t} are 64 bits wide here. */
  private static final class C {
    private C() {}

    static native int sluice_abi();

    static native int sluice_probe(int engine, long info);

    static native long sluice_shared_bytes(long config);

    static native int sluice_open(long config, long out);

    static native int sluice_pool(long loop, short group, long base, int bufferBytes, int count);

    static native int sluice_enter(long loop, long timeoutNanos, int flags);

    static native int sluice_wake(long loop);

    static native int sluice_query(long loop, long handle, int what, long out, long length);

    static native int sluice_control(long loop, long handle, int what, long in, int length);

    static native int sluice_destroy(long loop, int flags);

    static native String sluice_strerror(int code);
  }

  @Override
  public String name() {
    return Bindings.JNA;
  }

  @Override
  public int abi() {
    return C.sluice_abi();
  }

  @Override
  public int probe(int engine, long info) {
    return C.sluice_probe(engine, info);
  }

  @Override
  public long sharedBytes(long config) {
    return C.sluice_shared_bytes(config);
  }

  @Override
  public int open(long config, long out) {
    return C.sluice_open(config, out);
  }

  @Override
  public int pool(long loop, int group, long base, int bufferBytes, int count) {
    return C.sluice_pool(loop, (short) group, base, bufferBytes, count);
  }

  @Override
  public int enter(long loop, long timeoutNanos) {
    return C.sluice_enter(loop, timeoutNanos, 0);
  }

  @Override
  public int wake(long loop) {
    return C.sluice_wake(loop);
  }

  @Override
  public int query(long loop, long handle, int what, long out, long length) {
    return C.sluice_query(loop, handle, what, out, length);
  }

  @Override
  public int control(long loop, long handle, int what, long in, int length) {
    return C.sluice_control(loop, handle, what, in, length);
  }

  @Override
  public int destroy(long loop, int flags) {
    return C.sluice_destroy(loop, flags);
  }

  @Override
  public String strerror(int code) {
    return C.sluice_strerror(code);
  }

  @Override
  public SctpBinding sctp() throws UnavailableException {
    return Bindings.sctp(() -> new JnaSctpBinding(library));
  }

  @Override
  public KernelSctpBinding kernelSctp() throws UnavailableException {
    return Bindings.kernelSctp(() -> new JnaKernelSctpBinding(library));
  }

  @Override
  public long address(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
  }

  @Override
  public String toString() {
    return "jna " + library.getName();
  }
}
