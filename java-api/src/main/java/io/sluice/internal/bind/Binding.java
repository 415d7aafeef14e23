package io.sluice.internal.bind;

import java.nio.ByteBuffer;

/**
 * The functions of {@code sluice.h} as Java methods, one to one. Three adapters implement it: JNI, FFM and JNA.
 *
 * <p>Memory is passed as plain addresses and a loop as the address of its {@code sluice_loop}: no wrapper object is made
 * on the way into C. Nothing is checked here. Whoever calls answers for addresses, lengths and threads; {@code NativeEngine}
 * is the one caller of everything that takes a loop.
 *
 * <p>Codes are those of the header: 0 or more, or a negated {@code SLUICE_E*}.
 */
public interface Binding {
  /** {@code jni}, {@code ffm} or {@code jna}. */
  String name();

  /** {@code sluice_abi}: major in the upper, minor in the lower 16 bits. Any thread. */
  int abi();

  /** {@code sluice_probe}. {@code info} is the address of a {@code sluice_probe_info} with its size filled in. Any thread. */
  int probe(int engine, long info);

  /** {@code sluice_shared_bytes}; 0: the configuration is invalid. Any thread. */
  long sharedBytes(long config);

  /** {@code sluice_open}. The loop's address is stored in the eight bytes at {@code out}. Any thread. */
  int open(long config, long out);

  /** {@code sluice_pool}. */
  int pool(long loop, int group, long base, int bufferBytes, int count);

  /** {@code sluice_enter} with flags 0. */
  int enter(long loop, long timeoutNanos);

  /** {@code sluice_wake}. Any thread, but not once {@link #destroy} has begun. */
  int wake(long loop);

  /** {@code sluice_query}. {@code length} is the address of a {@code uint32}. */
  int query(long loop, long handle, int what, long out, long length);

  /** {@code sluice_control}. */
  int control(long loop, long handle, int what, long in, int length);

  /** {@code sluice_destroy}. */
  int destroy(long loop, int flags);

  /** {@code sluice_strerror}. Any thread. */
  String strerror(int code);

  /**
   * The functions of {@code sluice_sctp.h}, in the same library. Any thread.
   *
   * @throws UnavailableException the library is without them, or of another version
   */
  SctpBinding sctp() throws UnavailableException;

  /**
   * The functions of {@code sluice_sctp_kernel.h}, in the same library. Any thread.
   *
   * @throws UnavailableException the library is without them
   */
  KernelSctpBinding kernelSctp() throws UnavailableException;

  /** Address of a direct buffer's byte 0, whatever its position. Any thread. */
  long address(ByteBuffer direct);
}
