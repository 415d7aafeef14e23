package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.NetworkChannel;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The contract of {@code sluice.h} (C1 to C12, D1 to D6) in pure Java over {@code java.nio}: the engine that runs where no native
 * library does.
 *
 * <p>What the JDK cannot do, and what this engine says then:
 *
 * <ul>
 *   <li>options beyond the JDK's, TCP_INFO, UNSENT, abstract Unix names: ENOTSUP;
 *   <li>MSG_MORE and ZEROCOPY are hints and have no effect; timeouts are rounded up to milliseconds;
 *   <li>errno is not known: {@code detail} is Linux's number for what could be recognised, see {@link NioErrors};
 *   <li>"descriptors" of DETACH and ADOPT are numbers valid between NIO engines of one process, see {@link NioDetached};
 *   <li>WATCH reads ahead and sees the end behind at most {@value NioReadAhead#BYTES} unread bytes;
 *   <li>datagrams: see {@link NioDatagrams}.
 * </ul>
 */
public final class NioEngine implements Engine {
  /** What an engine needs before its first connection is served. Naming a class loads it, and does not initialise it. */
  public static Class<?>[] classes() {
    return new Class<?>[] {
      NioLimits.class, NioLoop.class, NioMemory.class, NioMemory.Slab.class, NioMeta.class, NioRings.class,
      NioSlots.class, NioSlot.class, NioPoller.class, NioFiles.class, NioPools.class, NioPool.class, NioSubmissions.class,
      NioAddresses.Unusable.class, NioSqe.class, NioSockets.class, NioSendQueue.class, NioInbound.class, NioAccept.class,
      NioReceive.class, NioConnect.class, NioDatagrams.class, NioDatagramSends.class, NioClose.class, NioAddresses.class,
      NioSlot.Life.class, NioOptions.class, NioOptions.Values.class, NioErrors.class, NioSend.class
    };
  }

  private final NioLoop loop;
  private final AtomicReference<Thread> owner = new AtomicReference<>();
  private volatile boolean destroyed;
  /** Why the loop cannot go on, as a negative code; 0: it can. */
  private int broken;

  /**
   * @throws IllegalArgumentException a size is outside its range
   * @throws UncheckedIOException no selector could be opened: the process is out of descriptors
   */
  public NioEngine(EngineConfig config) {
    NioLimits limits = NioLimits.of(config);
    try {
      loop = new NioLoop(limits);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector (" + e.getMessage() + "): raise the descriptor limit (ulimit -n)", e);
    }
  }

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public String binding() {
    return "none";
  }

  @Override
  public int features() {
    return 0;
  }

  @Override
  public ByteBuffer shared() {
    return loop.rings.shared;
  }

  @Override
  public long registerMemory(ByteBuffer direct) {
    return loop.memory.register(direct);
  }

  @Override
  public void unregisterMemory(long base) {
    loop.memory.unregister(base);
  }

  @Override
  public int addPool(int group, ByteBuffer slab, int bufferBytes, int count) {
    int code = checkCaller();
    return code != 0 ? code : loop.pools.add(group, slab, bufferBytes, count);
  }

  @Override
  public int enter(long timeoutNanos) {
    Thread me = Thread.currentThread();
    if (owner.get() != me && !owner.compareAndSet(null, me)) {
      return -Abi.EOWNER;
    }
    if (destroyed) {
      return -Abi.EINVAL;
    }
    if (broken != 0) {
      return broken;
    }
    loop.poller.noteInterrupt();
    try {
      return loop.turn(timeoutNanos);
    } catch (IOException e) {
      // Only the selector itself can throw here; every channel's failure is a completion.
      return broken = -Abi.EOTHER;
    } finally {
      loop.poller.restoreInterrupt();
    }
  }

  @Override
  public void wake() {
    if (!destroyed) {
      loop.poller.wake();
    }
  }

  @Override
  public int query(long handle, int what, ByteBuffer buffer) {
    int code = checkCaller();
    if (code != 0) {
      return code;
    }
    NioSlot slot = loop.slots.find(handle);
    if (slot == null) {
      return -Abi.ESTALE;
    }
    ByteBuffer out = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    NetworkChannel channel = (NetworkChannel) slot.channel;
    switch (what) {
      case Abi.QUERY_LOCAL_ADDR:
      case Abi.QUERY_PEER_ADDR:
        return out.capacity() < Abi.ADDR_BYTES_TOTAL ? -Abi.EINVAL : address(slot, what == Abi.QUERY_PEER_ADDR, out);
      case Abi.QUERY_OPTION:
        if (out.capacity() < Abi.OPTVAL_BYTES) {
          return -Abi.EINVAL;
        }
        code = NioOptions.get(channel, out);
        return code == 0 ? Abi.OPTVAL_BYTES : -code;
      case Abi.QUERY_TCP_INFO:
      case Abi.QUERY_UNSENT:
        return -Abi.ENOTSUP;
      default:
        return -Abi.EINVAL;
    }
  }

  @Override
  public long acceptedOfFirst(long handle) {
    NioSlot slot = checkCaller() == 0 ? loop.slots.find(handle) : null;
    return slot == null || slot.sendHead == null ? 0 : slot.sendHead.accepted();
  }

  private static int address(NioSlot slot, boolean peer, ByteBuffer out) {
    try {
      if (peer && slot.socket == null && slot.peer == null) {
        return -Abi.ENOTCONN;
      }
      SocketAddress a = !peer ? ((NetworkChannel) slot.channel).getLocalAddress()
          : slot.peer != null ? slot.peer : slot.socket.getRemoteAddress();
      return NioAddresses.write(a, out) ? Abi.ADDR_BYTES_TOTAL : -Abi.EINVAL;
    } catch (IOException e) {
      return -NioErrors.code(NioErrors.of(e));
    }
  }

  @Override
  public int control(long handle, int what, ByteBuffer in) {
    int code = checkCaller();
    if (code != 0) {
      return code;
    }
    ByteBuffer from = in.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (what == Abi.CONTROL_SET_OPTION) {
      NioSlot slot = loop.slots.find(handle);
      if (slot == null) {
        return -Abi.ESTALE;
      }
      if (from.limit() != Abi.OPTVAL_BYTES || from.getInt(4) != 0) {
        return -Abi.EINVAL;
      }
      long error = NioOptions.set(
          (NetworkChannel) slot.channel, from.getInt(Abi.OPTVAL_OPTION), from.getLong(Abi.OPTVAL_VALUE));
      return -NioErrors.code(error);
    }
    if (what >= Abi.CONTROL_JOIN && what <= Abi.CONTROL_UNBLOCK) {
      NioSlot slot = loop.slots.find(handle);
      return slot == null ? -Abi.ESTALE : NioGroups.control(slot, what, from);
    }
    if (handle != 0) {
      return -Abi.EINVAL;
    }
    if (what == Abi.CONTROL_OPEN_FILE) {
      return openFile(from);
    }
    if (what == Abi.CONTROL_CLOSE_FILE && from.limit() == Integer.BYTES) {
      return loop.files.close(from.getInt(0));
    }
    if (what == Abi.CONTROL_CLOSE_SOCKET && from.limit() == Integer.BYTES) {
      return NioDetached.close(from.getInt(0)) ? 0 : -Abi.EINVAL;
    }
    return -Abi.EINVAL;
  }

  private int openFile(ByteBuffer from) {
    byte[] path = new byte[from.limit()];
    from.get(0, path);
    for (byte b : path) {
      if (b == 0) {
        return -Abi.EINVAL;
      }
    }
    return path.length == 0 ? -Abi.EINVAL : loop.files.open(NioAddresses.path(path));
  }

  @Override
  public int destroy(boolean force) {
    int code = checkCaller();
    if (code != 0) {
      return code;
    }
    if (loop.slots.live() > 0 && !force) {
      return -Abi.EBUSY;
    }
    destroyed = true;
    loop.destroy();
    return 0;
  }

  /** 0 when the loop lives and the caller owns it, or when nobody owns it yet. */
  private int checkCaller() {
    if (destroyed) {
      return -Abi.EINVAL;
    }
    Thread o = owner.get();
    return o == null || o == Thread.currentThread() ? 0 : -Abi.EOWNER;
  }
}
