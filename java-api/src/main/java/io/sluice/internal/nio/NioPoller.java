package io.sluice.internal.nio;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.WakeWord;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The selector and the wake word. Ready keys are only collected while selecting (the JDK forbids a nested select, and
 * closing needs one) and worked off afterwards.
 *
 * <p>The JDK waits in whole milliseconds: timeouts are rounded up, so that no timer fires early.
 */
final class NioPoller implements Consumer<SelectionKey> {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final NioRings rings;
  private final WakeWord wakeWord;
  private final Selector selector;
  private SelectionKey[] ready = new SelectionKey[64];
  private int readyCount;
  private boolean interrupted;

  NioPoller(NioRings rings) throws IOException {
    this.rings = rings;
    wakeWord = new WakeWord(rings.shared);
    selector = Selector.open();
  }

  /** For the selector: select(Consumer) leaves no garbage, unlike an iterator over the selected keys. */
  @Override
  public void accept(SelectionKey key) {
    if (readyCount == ready.length) {
      ready = Arrays.copyOf(ready, readyCount * 2);
    }
    ready[readyCount++] = key;
  }

  /** Makes a non-blocking channel known, without looking for anything yet. */
  void register(NioSlot slot) throws ClosedChannelException {
    slot.key = slot.channel.register(selector, 0, slot);
  }

  /**
   * Selects once. Also completes the deregistration of cancelled keys.
   *
   * @param timeoutNanos 0: look only; negative: no limit
   * @return true when a wake-up was consumed
   */
  boolean poll(long timeoutNanos) throws IOException {
    rings.count(Abi.CTR_SYSCALLS);
    if (timeoutNanos == 0) {
      selector.selectNow(this);
      return false;
    }
    if (wakeWord.sleep()) {
      rings.count(Abi.CTR_WAITS);
      // To the JDK 0 means without limit.
      selector.select(this, timeoutNanos < 0 ? 0 : (timeoutNanos - 1) / NANOS_PER_MILLI + 1);
    } else {
      selector.selectNow(this);
    }
    if (Thread.interrupted()) {
      interrupted = true;
    }
    boolean notified = wakeWord.awake();
    if (notified) {
      rings.count(Abi.CTR_WAKES);
    }
    return notified;
  }

  int readyCount() {
    return readyCount;
  }

  SelectionKey takeReady(int i) {
    SelectionKey key = ready[i];
    ready[i] = null;
    return key;
  }

  void clearReady() {
    readyCount = 0;
  }

  /**
   * An interrupted thread cannot wait in a selector, and file channels close themselves under it. So enter puts the status
   * aside and restores it on return: interrupts are the caller's business (C12).
   */
  void noteInterrupt() {
    if (Thread.interrupted()) {
      interrupted = true;
    }
  }

  void restoreInterrupt() {
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Any thread. Rings the bell always: the caller may have moved the wake word itself, so the word does not tell whether a
   * thread sleeps. The selector coalesces, and a bell too many costs one look that finds NOTIFIED.
   */
  void wake() {
    wakeWord.notifyLoop();
    selector.wakeup();
  }

  void close() throws IOException {
    selector.close();
  }
}
