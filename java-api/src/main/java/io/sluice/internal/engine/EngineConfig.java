package io.sluice.internal.engine;

/**
 * Sizes and limits of one engine, see {@code sluice_config}; 0 takes the default written there.
 *
 * @param featuresOff {@code FEAT_*} not to be used
 */
public record EngineConfig(
    int sqEntries,
    int cqEntries,
    int rqEntries,
    int scratchBytes,
    int maxHandles,
    int maxOps,
    int featuresOff,
    int throttleMillis,
    int readBudgetBytes,
    int uringEntries) {

  public static final EngineConfig DEFAULTS = new EngineConfig(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
