package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.EventLoopGroup;
import io.sluice.internal.engine.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments that refuse native code in one way or another: a JVM started in one says why, and runs. */
class RefusedEnvironmentIT {
  private static final int FIRST_JDK_WITH_DENY = 24;

  @TempDir Path dir;

  private static void assertReports(ChildJvm.Result result, String... parts) {
    assertEquals(0, result.exit(), result.output());
    for (String part : parts) {
      assertTrue(result.output().contains(part), () -> "expected \"" + part + "\" in: " + result.output());
    }
  }

  private static void assumeNative() {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "Linux only");
    assumeTrue(NativeLoader.shared().obstacle("jni") == null, NativeLoader.shared().obstacle("jni"));
  }

  /** Runs the report where {@code dir} is a fresh file system mounted noexec or ro, visible to that process only. */
  private ChildJvm.Result onFolderMounted(String how, String... options) throws Exception {
    return onFolderMounted(how, "", options);
  }

  /** @param prepare shell commands, run after the mount; {@code $0} is the folder */
  private ChildJvm.Result onFolderMounted(String how, String prepare, String[] options) throws Exception {
    List<String> probe = List.of("unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", how, "tmpfs", dir.toString());
    boolean possible;
    try {
      possible = ChildJvm.run(probe).exit() == 0;
    } catch (IOException e) {
      possible = false;
    }
    assumeTrue(possible, "no unprivileged mount namespace here (unshare --user --mount)");
    List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
        "mount -t tmpfs -o " + how + " tmpfs \"$0\" && " + prepare + "exec \"$@\"", dir.toString()));
    command.addAll(ChildJvm.reportCommand(options));
    return ChildJvm.run(command);
  }

  @Test
  void noexecFolderNamedByItsUserGivesNioAndTheReason() throws Exception {
    assumeNative();
    ChildJvm.Result result = onFolderMounted("noexec", "-Dsluice.native.dir=" + dir);
    assertReports(result, "turn=0", "engine=nio", dir + ": mounted noexec", "-Dsluice.native.dir=FOLDER");
  }

  @Test
  void noexecTemporaryFolderIsPassedOver() throws Exception {
    assumeNative();
    Path home = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "sluice-test-home-" + ProcessHandle.current().pid()));
    Path cache = Files.createDirectories(home.resolve(".cache"));
    try {
      assumeTrue(!TemporaryFolders.isNoexec(cache), cache + " is mounted noexec itself");
      ChildJvm.Result result = onFolderMounted("noexec", "-Djava.io.tmpdir=" + dir, "-Duser.home=" + home);
      assertReports(result, "turn=0", "binding=jni");
    } finally {
      Files.delete(cache);
      Files.delete(home);
    }
  }

  /** The system refuses to map it there, and maps a copy. */
  @Test
  void aLibraryNamedByItsUserOnANoexecFileSystemIsCopied() throws Exception {
    assumeNative();
    Path library = Files.write(Files.createTempFile("sluice-test", ".so"), NativeFolder.realLibrary());
    try {
      String[] options = {"-Dsluice.native.path=" + dir.resolve("libsluice.so")};
      ChildJvm.Result result = onFolderMounted("noexec", "cp '" + library + "' \"$0/libsluice.so\" && ", options);
      assertReports(result, "turn=0", "binding=jni");
    } finally {
      Files.delete(library);
    }
  }

  @Test
  void readOnlyFolderNamedByItsUserGivesNioAndTheReason() throws Exception {
    assumeNative();
    ChildJvm.Result result = onFolderMounted("ro", "-Dsluice.native.dir=" + dir);
    assertReports(result, "turn=0", "engine=nio", dir + ": not writable", "Read-only file system", "-Dsluice.native.dir=FOLDER");
  }

  @Test
  void readOnlyTemporaryFolderIsPassedOver() throws Exception {
    assumeNative();
    ChildJvm.Result result = onFolderMounted("ro", "-Djava.io.tmpdir=" + dir, "-Duser.home=" + dir);
    assertReports(result, "turn=0", "binding=jni");
  }

  @Test
  void whereIoUringIsFilteredOutEpollRunsAndTheReasonIsNamed() throws Exception {
    assumeNative();
    ChildJvm.Result result = SystemCallFilter.runWithoutIoUring(ChildJvm.reportCommand());
    assertReports(result, "turn=0", "engine=epoll binding=jni", "engine io_uring: unavailable: ", "seccomp");
  }

  @Test
  void deniedNativeAccessGivesNioAndNamesTheOption() throws Exception {
    assumeNative();
    int jdk = Runtime.version().feature();
    assumeTrue(jdk >= FIRST_JDK_WITH_DENY, "JDK " + jdk + " cannot deny native access");
    ChildJvm.Result denied = ChildJvm.run(ChildJvm.reportCommand("--illegal-native-access=deny"));
    assertReports(denied, "turn=0", "engine=nio", "native access is denied", "--enable-native-access=ALL-UNNAMED");

    ChildJvm.Result granted =
        ChildJvm.run(ChildJvm.reportCommand("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"));
    assertReports(granted, "turn=0", "binding=jni");
  }

  @Test
  void jvmWithoutStackTracesStillFindsTheJniClass() throws Exception {
    assumeNative();
    assertReports(ChildJvm.run(ChildJvm.reportCommand("-XX:-StackTraceInThrowable")), "turn=0", "binding=jni");
  }

  @Test
  void propertiesOfTheCommandLineAreKillSwitches() throws Exception {
    assertReports(
        ChildJvm.run(ChildJvm.reportCommand("-Dsluice.native=false")), "turn=0", "engine=nio", "switched off by -Dsluice.native=false");
    assertReports(ChildJvm.run(ChildJvm.reportCommand("-Dsluice.engine=nio")), "turn=0", "engine=nio", "nio was asked for");
  }

  /** Opens a group of two loops; says why it cannot, and how many descriptors that left behind. */
  static final class OpensAGroup {
    private OpensAGroup() {}

    public static void main(String[] args) throws IOException {
      Engines.openWithReport(Engines.select(null, null), EngineConfig.DEFAULTS).engine().destroy(true);
      long before = descriptors();
      try (EventLoopGroup group = EventLoopGroup.builder().threads(2).build()) {
        System.out.println("opened");
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage() + " descriptors=" + (descriptors() - before));
      }
    }

    private static long descriptors() throws IOException {
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return open.count();
      }
    }
  }

  /** A log back end that throws; the group begins and ends all the same. */
  static final class LogsIntoNowhere {
    private LogsIntoNowhere() {}

    public static void main(String[] args) {
      Logger.getLogger("io.sluice").addHandler(new Handler() {
        @Override
        public void publish(LogRecord record) {
          System.out.println("throws for " + record.getMessage());
          throw new IllegalStateException("no log today");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      });
      try (EventLoopGroup group = EventLoopGroup.builder().threads(1).callerDriven().build()) {
        System.out.println("opened " + group.report().engine());
      }
      System.out.println("closed");
    }
  }

  @Test
  void aLogBackEndThatThrowsKeepsNoGroupFromBeginningAndEnding() throws Exception {
    for (String option : List.of("-Dsluice.engine=nio", "-Dsluice.native=false")) { // Told later, and at once.
      ChildJvm.Result result = ChildJvm.run(ChildJvm.command(LogsIntoNowhere.class, option));
      assertReports(result, "throws for Sluice", "opened nio", "closed");
      assertEquals(1, result.output().split("throws for Sluice", -1).length - 1, result.output());
    }
  }

  @Test
  void tooLittleDirectMemoryNamesTheRemedyAndLeavesNothingOpen() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "no /proc/self/fd");
    for (String engine : List.of("auto", "nio")) {
      ChildJvm.Result result =
          ChildJvm.run(ChildJvm.command(OpensAGroup.class, "-XX:MaxDirectMemorySize=24m", "-Dsluice.engine=" + engine));
      assertReports(result, "1024 x 17408 bytes", "fewer threads", "receiveBuffers", "-XX:MaxDirectMemorySize", "descriptors=0");
    }
  }
}
