package io.sluice.soak;

import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions.Distribution;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How the groups of a round are built and ended: a function of the seed and the round's number.
 *
 * @param oneGroup dialers and acceptors share the loops
 * @param clientsEndFirst the order of the shutdowns; with neither first they end at the same time
 * @param pausesListeners accepting is paused for moments
 */
record RoundSettings(
    boolean oneGroup, int serverLoops, int clientLoops, int bufferBytes, int bufferCount, Distribution distribution,
    boolean serversEndFirst, boolean clientsEndFirst, Duration grace, boolean pausesListeners) {
  private static final int[][] POOLS = {
    {EventLoopGroup.Builder.DEFAULT_RECEIVE_BUFFER_BYTES, EventLoopGroup.Builder.DEFAULT_RECEIVE_BUFFER_COUNT},
    {2048, 64}, {8192, 16}, {512, 16},
  };
  private static final int[] GRACES_MILLIS = {0, 20, 2000};
  /** A loaded machine may hold a loop for a second without a fault of the loop. */
  private static final Duration STALL_THRESHOLD = Duration.ofSeconds(30);

  static RoundSettings of(long seed, long round) {
    SplittableRandom dice = new SplittableRandom(Content.mix(~seed, round));
    int[] pool = POOLS[dice.nextInt(POOLS.length)];
    int order = dice.nextInt(3);
    return new RoundSettings(
        dice.nextInt(4) == 0, 1 + dice.nextInt(2), 1 + dice.nextInt(2), pool[0], pool[1],
        Distribution.values()[dice.nextInt(Distribution.values().length)], order == 0, order == 1,
        Duration.ofMillis(GRACES_MILLIS[dice.nextInt(GRACES_MILLIS.length)]), dice.nextBoolean());
  }

  EventLoopGroup group(String engine, String binding, int loops) {
    return EventLoopGroup.builder()
        .engine(engine)
        .binding(binding)
        .threads(loops)
        .receiveBuffers(bufferBytes, bufferCount)
        .stallThreshold(STALL_THRESHOLD)
        .build();
  }
}
