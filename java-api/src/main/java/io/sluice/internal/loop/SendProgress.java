package io.sluice.internal.loop;

import io.sluice.internal.abi.Abi;

/**
 * What of the sends of a connection is still on its way: counts it, and takes the completions.
 *
 * <pre>
 *  taken by send: pending --completion--> accepted by the kernel
 *                    |                      at or below low water, when owed: onWritable
 *                    +--------failure-----> the connection fails with its reason
 * </pre>
 *
 * {@link ConnectionSends} is where they begin. Loop thread, except where it says otherwise.
 */
abstract class SendProgress extends ConnectionCore {
  /** File regions that one connection may have queued: each holds a descriptor. */
  static final int MAX_QUEUED_FILES = 16;

  /** Bytes in memory taken and not yet accepted by the kernel. Written by the loop, read roughly by others. */
  int pendingBytes;
  /** The same for files. */
  long pendingFileBytes;
  /** The chunk that small sends are copied into, or {@link SendMemory#NONE}. */
  int openChunk = SendMemory.NONE;
  int chunksInFlight;
  int queuedFiles;

  SendProgress(Loop loop, long handle, Settings settings) {
    super(loop, handle, settings);
  }

  /** Bytes taken from other threads that have not reached the loop. */
  abstract long foreignBytes();

  final long pendingTotal() {
    return pendingHere() + foreignBytes();
  }

  /** What the end of the connection looks at: by then nothing is taken from other threads, though one may be about to try. */
  final long pendingHere() {
    return pendingBytes + pendingFileBytes;
  }

  /** Lazy completions wait for the loop's next turn; who watches from outside must not wait for them for ever. */
  public final long pendingSendBytes() {
    long pending = pendingTotal();
    if (pending > 0 && !loop.inLoop()) {
      loop.wakeUp();
    }
    return pending;
  }

  final int queuedFiles() {
    return queuedFiles;
  }

  // ------------------------------------------------------------------------------------------- completing

  final void leaseSent(int bytes, int result, int accepted, int osError) {
    heldBuffers--;
    if (result >= 0) {
      if (idle != null) {
        writeProgressed();
      }
      pendingBytes -= bytes;
      if ((flags & WANTS_WRITABLE) != 0) {
        progressed();
      }
    } else {
      sendFailed(result, accepted, osError);
    }
  }

  final void chunkSent(int bytes, int result, int accepted, int osError) {
    chunksInFlight--;
    if (result >= 0) {
      if (idle != null) {
        writeProgressed();
      }
      pendingBytes -= bytes;
      if (openChunk != SendMemory.NONE) {
        markDirty();
      }
      if ((flags & WANTS_WRITABLE) != 0) {
        progressed();
      }
    } else {
      sendFailed(result, accepted, osError);
    }
  }

  /** The record's memory and file were given back already. */
  final void recordSent(SendRecord record, int result, int accepted, int osError) {
    int taken = result >= 0 ? record.bytes : accepted;
    if (idle != null) {
      writeProgressed();
    }
    if (record.file != SendRecord.NO_FILE) {
      queuedFiles--;
      pendingFileBytes -= taken;
    } else {
      pendingBytes -= taken;
      if (record.buffer != LeasePool.NONE) {
        heldBuffers--;
      } else {
        chunksInFlight--;
      }
    }
    if (result >= 0) {
      record.tell(self(), record.bytes, null);
      if (openChunk != SendMemory.NONE) {
        markDirty();
      }
      progressed();
    } else {
      sendEnded(result, osError);
      record.tell(self(), accepted, reason);
    }
  }

  /**
   * A send is done. Below low water that tells nothing new: a send was not long ago, and a lazy completion is seen
   * when the loop happens to wake up.
   */
  private void writeProgressed() {
    if (pendingBytes + pendingFileBytes > settings.lowWaterBytes) {
      idle.writeAt = loop.idle.nanos;
    }
  }

  private void sendFailed(int result, int accepted, int osError) {
    pendingBytes -= accepted;
    sendEnded(result, osError);
  }

  private void sendEnded(int result, int osError) {
    if (result != -Abi.ECANCELED || reason == null) {
      flags |= SEND_FAILED;
      fail(failure(result, osError, "send"));
    }
  }

  /** Calls onWritable when it is owed and due. */
  final void progressed() {
    if ((flags & (WANTS_WRITABLE | CLOSING)) != WANTS_WRITABLE
        || pendingTotal() > settings.lowWaterBytes
        || queuedFiles >= MAX_QUEUED_FILES) {
      return;
    }
    flags &= ~WANTS_WRITABLE;
    try {
      handler.onWritable(self());
    } catch (Throwable t) {
      handlerFailed("onWritable", t);
    }
  }
}
