package io.sluice.internal.engine;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.log.Log;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A loop of the C library, driven through a {@link Binding}.
 *
 * <p><b>Memory.</b> The shared region is a direct buffer of ours which C is told to use. Who reads a counter or the wake
 * word of a destroyed loop therefore reads memory that the garbage collector keeps for him. Memory C or the kernel may
 * write to (the region, pool slabs) and payload memory stays reachable until {@link #destroy} has succeeded, also when the
 * caller forgets the engine: a forgotten loop leaks, it never scribbles over somebody else's memory.
 *
 * <p><b>Threads.</b> The owner is checked here as well as in C, because C can check only while the loop's memory exists.
 * Platform threads only: a virtual thread changes its carrier, and C then answers {@code -EOWNER}.
 */
public final class NativeEngine implements Engine {
  /** C wants the shared region on a cache line. */
  private static final int SHARED_ALIGNMENT = 64;

  /** Set in {@link #wakers} once destroy has begun; the other bits count threads inside {@link Binding#wake}. */
  private static final int CLOSED = 1 << 31;

  private static final VarHandle WAKERS;
  private static final VarHandle OWNER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAKERS = lookup.findVarHandle(NativeEngine.class, "wakers", int.class);
      OWNER = lookup.findVarHandle(NativeEngine.class, "owner", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Every loop that exists in C: see "Memory" above. */
  private static final Set<NativeEngine> LIVE = ConcurrentHashMap.newKeySet();

  private final Binding binding;
  private final String name;
  private final int features;
  private final ByteBuffer shared;
  /** Out parameter of query: one uint32. */
  private final ByteBuffer queryLength = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final long queryLengthAddress;
  private final List<Payload> payloads = new ArrayList<>();
  private final List<ByteBuffer> slabs = new ArrayList<>();

  /** Address of the sluice_loop; 0 once it is gone. Changed by the owner. */
  private long loop;
  private volatile Thread owner;
  @SuppressWarnings("unused") // through WAKERS
  private volatile int wakers;

  private record Payload(long base, ByteBuffer memory) {}

  private NativeEngine(Binding binding, String name, ByteBuffer shared, long loop) {
    this.binding = binding;
    this.name = name;
    this.shared = shared;
    this.loop = loop;
    this.features = shared.getInt(Abi.HDR_FEATURES);
    this.queryLengthAddress = binding.address(queryLength);
  }

  /**
   * Opens a loop.
   *
   * @param engine {@code ENGINE_IO_URING}, {@code ENGINE_EPOLL} or {@code ENGINE_KQUEUE}
   * @throws UnavailableException the system refuses, for instance because a limit is reached
   * @throws IllegalArgumentException a value of {@code config} is out of range
   */
  public static NativeEngine open(Binding binding, int engine, EngineConfig config) throws UnavailableException {
    String name = nameOf(engine);
    ByteBuffer c = config(engine, config);
    long configAddress = binding.address(c);
    long bytes = binding.sharedBytes(configAddress);
    if (bytes <= 0 || bytes > Integer.MAX_VALUE - 2 * SHARED_ALIGNMENT) {
      throw new IllegalArgumentException("config: " + config + " is invalid; the ranges are documented in sluice.h, sluice_config");
    }
    ByteBuffer shared = alignedBytes((int) bytes);
    c.putLong(Abi.CFG_SHARED_BASE, binding.address(shared)).putInt(Abi.CFG_SHARED_BYTES, shared.capacity());

    ByteBuffer out = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    int code = binding.open(configAddress, binding.address(out));
    // The addresses of these two went into C as numbers: they must not be collected before it came back.
    Reference.reachabilityFence(c);
    Reference.reachabilityFence(out);
    if (code < 0) {
      throw new UnavailableException(openFailure(binding, name, code));
    }
    NativeEngine opened = new NativeEngine(binding, name, shared, out.getLong(0));
    LIVE.add(opened);
    return opened;
  }

  private static String openFailure(Binding binding, String name, int code) {
    String remedy =
        switch (-code) {
          case Abi.ENOMEM -> "; raise the limit of locked memory (ulimit -l), of address space (ulimit -v) or of the container's memory";
          case Abi.EPERM, Abi.ENOSYS -> "; allow its system calls in the seccomp profile or sysctl, or use another engine";
          default -> "";
        };
    return "opening a loop failed: " + binding.strerror(code) + " (" + name + ", code " + code + ")" + remedy;
  }

  private static String nameOf(int engine) {
    return switch (engine) {
      case Abi.ENGINE_IO_URING -> "io_uring";
      case Abi.ENGINE_EPOLL -> "epoll";
      case Abi.ENGINE_KQUEUE -> "kqueue";
      default -> throw new IllegalArgumentException("engine: " + engine + " is none of io_uring (1), epoll (2), kqueue (3)");
    };
  }

  private static ByteBuffer config(int engine, EngineConfig config) {
    return ByteBuffer.allocateDirect(Abi.CFG_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Abi.CFG_SIZE, Abi.CFG_BYTES)
        .putInt(Abi.CFG_ENGINE, engine)
        .putInt(Abi.CFG_SQ_ENTRIES, config.sqEntries())
        .putInt(Abi.CFG_CQ_ENTRIES, config.cqEntries())
        .putInt(Abi.CFG_RQ_ENTRIES, config.rqEntries())
        .putInt(Abi.CFG_SCRATCH_BYTES, config.scratchBytes())
        .putInt(Abi.CFG_MAX_HANDLES, config.maxHandles())
        .putInt(Abi.CFG_MAX_OPS, config.maxOps())
        .putInt(Abi.CFG_FEATURES_OFF, config.featuresOff())
        .putInt(Abi.CFG_THROTTLE_MS, config.throttleMillis())
        .putInt(Abi.CFG_READ_BUDGET, config.readBudgetBytes())
        .putInt(Abi.CFG_URING_ENTRIES, config.uringEntries());
  }

  private static ByteBuffer alignedBytes(int bytes) {
    int whole = (bytes + SHARED_ALIGNMENT - 1) / SHARED_ALIGNMENT * SHARED_ALIGNMENT;
    return ByteBuffer.allocateDirect(whole + SHARED_ALIGNMENT)
        .alignedSlice(SHARED_ALIGNMENT)
        .slice(0, whole)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String binding() {
    return binding.name();
  }

  @Override
  public int features() {
    return features;
  }

  @Override
  public ByteBuffer shared() {
    return shared.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public long registerMemory(ByteBuffer direct) {
    requireDirect("direct", direct);
    long base = binding.address(direct);
    synchronized (payloads) {
      payloads.add(new Payload(base, direct));
    }
    return base;
  }

  @Override
  public void unregisterMemory(long base) {
    synchronized (payloads) {
      for (int i = payloads.size() - 1; i >= 0; i--) {
        if (payloads.get(i).base == base) {
          payloads.remove(i);
          return;
        }
      }
    }
  }

  @Override
  public int addPool(int group, ByteBuffer slab, int bufferBytes, int count) {
    requireDirect("slab", slab);
    if (group < 0 || group > 0xffff || bufferBytes <= 0 || count <= 0) {
      return -Abi.EINVAL;
    }
    if (slab.isReadOnly() || (long) bufferBytes * count > slab.capacity()) {
      throw new IllegalArgumentException(
          "slab: " + slab + " must be writable and hold " + count + " buffers of " + bufferBytes + " bytes");
    }
    if (foreign()) {
      return -Abi.EOWNER;
    }
    if (loop == 0) {
      return -Abi.EINVAL;
    }
    int code = binding.pool(loop, group, binding.address(slab), bufferBytes, count);
    if (code == 0) {
      slabs.add(slab);
    }
    return code;
  }

  @Override
  public int enter(long timeoutNanos) {
    if (owner != Thread.currentThread() && !claim()) {
      return -Abi.EOWNER;
    }
    long l = loop;
    return l == 0 ? -Abi.EINVAL : binding.enter(l, timeoutNanos);
  }

  /** The first enter (or a destroy before it) makes its thread the owner. */
  private boolean claim() {
    Thread me = Thread.currentThread();
    return owner == me || OWNER.compareAndSet(this, null, me);
  }

  /** Another thread owns the loop. Before the first enter nobody does, and C decides what it allows. */
  private boolean foreign() {
    Thread o = owner;
    return o != null && o != Thread.currentThread();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The count of threads in here is what destroy waits for: C may not be asked to wake a loop that it is freeing, and
   * the number of a closed eventfd may already be another file's.
   */
  @Override
  public void wake() {
    int w;
    do {
      w = (int) WAKERS.getVolatile(this);
      if (w < 0) {
        return;
      }
    } while (!WAKERS.compareAndSet(this, w, w + 1));
    try {
      long l = loop;
      if (l != 0) {
        binding.wake(l);
      }
    } finally {
      WAKERS.getAndAdd(this, -1);
    }
  }

  @Override
  public int query(long handle, int what, ByteBuffer buffer) {
    requireDirect("buffer", buffer);
    if (foreign()) {
      return -Abi.EOWNER;
    }
    if (loop == 0 || buffer.isReadOnly()) {
      return -Abi.EINVAL;
    }
    queryLength.putInt(0, buffer.limit());
    int code = binding.query(loop, handle, what, binding.address(buffer), queryLengthAddress);
    Reference.reachabilityFence(buffer);
    return code < 0 ? code : queryLength.getInt(0);
  }

  @Override
  public int control(long handle, int what, ByteBuffer in) {
    requireDirect("in", in);
    if (foreign()) {
      return -Abi.EOWNER;
    }
    if (loop == 0) {
      return -Abi.EINVAL;
    }
    int code = binding.control(loop, handle, what, binding.address(in), in.limit());
    Reference.reachabilityFence(in);
    return code;
  }

  @Override
  public int destroy(boolean force) {
    if (owner != Thread.currentThread() && !claim()) {
      return -Abi.EOWNER;
    }
    if (loop == 0) {
      return -Abi.EINVAL;
    }
    WAKERS.getAndBitwiseOr(this, CLOSED);
    while ((int) WAKERS.getVolatile(this) != CLOSED) {
      Thread.yield(); // a waker is inside one eventfd write
    }
    int code = binding.destroy(loop, force ? Abi.DESTROY_FORCE : 0);
    if (code < 0 && !force) {
      WAKERS.setVolatile(this, 0);
      binding.wake(loop); // stands for the wakes turned away meanwhile: none may be lost (C11)
      return code;
    }
    loop = 0;
    if (code < 0) {
      // The loop is over all the same, but the kernel may still write to pools: this object stays in LIVE, with them.
      Log.logger().log(System.Logger.Level.WARNING, "{0}: {1}; the memory of its pools is kept", this, binding.strerror(code));
      return 0;
    }
    LIVE.remove(this);
    slabs.clear();
    synchronized (payloads) {
      payloads.clear();
    }
    return 0;
  }

  private static void requireDirect(String argument, ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(argument + ": " + buffer + " is not a direct buffer");
    }
  }

  @Override
  public String toString() {
    return name + "/" + binding.name() + (loop == 0 ? " (destroyed)" : "");
  }
}
