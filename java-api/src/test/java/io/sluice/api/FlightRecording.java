package io.sluice.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A flight recording of Sluice's events. */
public final class FlightRecording implements AutoCloseable {
  private final Recording recording = new Recording();

  public FlightRecording(String... events) {
    for (String e : events) {
      recording.enable("io.sluice." + e);
    }
    recording.start();
  }

  /** What was recorded so far of one kind, oldest first. */
  public List<RecordedEvent> events(String name) throws IOException {
    Path file = Files.createTempFile("sluice-", ".jfr");
    try {
      recording.dump(file);
      List<RecordedEvent> found = new ArrayList<>();
      for (RecordedEvent e : RecordingFile.readAllEvents(file)) {
        if (e.getEventType().getName().equals("io.sluice." + name)) {
          found.add(e);
        }
      }
      found.sort(java.util.Comparator.comparing(RecordedEvent::getStartTime));
      return found;
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void close() {
    recording.close();
  }
}
