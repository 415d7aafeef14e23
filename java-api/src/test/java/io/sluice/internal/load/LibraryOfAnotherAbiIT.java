package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library that loads and registers, and speaks another ABI: an installation that an upgrade forgot. */
class LibraryOfAnotherAbiIT {
  private static final String SOURCE =
      """
      #include <jni.h>
      unsigned sluice_abi(void) { return 9u << 16; }
      const char sluice_shared_bytes[] = "sluice_shared_bytes";
      static jint JNICALL abi(JNIEnv *env, jclass cls) { (void)env; (void)cls; return (jint)sluice_abi(); }
      JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
          (void)reserved;
          JNIEnv *env;
          if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_10) != JNI_OK) return JNI_ERR;
          jclass cls = (*env)->FindClass(env, "io/sluice/internal/bind/JniBinding");
          JNINativeMethod method = { (char *)"abi0", (char *)"()I", (void *)abi };
          return cls && (*env)->RegisterNatives(env, cls, &method, 1) == JNI_OK ? JNI_VERSION_10 : JNI_ERR;
      }
      """;

  @TempDir Path dir;

  private Path library;

  @BeforeEach
  void compile() throws Exception {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "Linux only");
    assumeTrue(NativeLoader.shared().obstacle("jni") == null, NativeLoader.shared().obstacle("jni"));
    Path jdk = Path.of(System.getProperty("java.home"), "include");
    assumeTrue(Files.exists(jdk.resolve("jni.h")), "no " + jdk + "/jni.h");
    Path source = Files.writeString(dir.resolve("other.c"), SOURCE);
    library = dir.resolve("libsluice.so");
    try {
      ChildJvm.Result result =
          ChildJvm.run(
              List.of("cc", "-shared", "-fPIC", "-I" + jdk, "-I" + jdk.resolve("linux"), "-o", library.toString(), source.toString()));
      assertEquals(0, result.exit(), result.output());
    } catch (IOException e) {
      assumeTrue(false, "no C compiler: " + e.getMessage());
    }
  }

  private static void assertSays(ChildJvm.Result result, String... parts) {
    assertEquals(0, result.exit(), result.output());
    for (String part : parts) {
      assertTrue(result.output().contains(part), () -> "expected \"" + part + "\" in: " + result.output());
    }
  }

  private static List<String> bindings() {
    List<String> names = new ArrayList<>(List.of("jni"));
    if (NativeLoader.shared().obstacle("ffm") == null) {
      names.add("ffm");
    }
    return names;
  }

  @Test
  void namedByItsUserItIsRefusedAndNioRuns() throws Exception {
    assertSays(ChildJvm.run(ChildJvm.reportCommand("-Dsluice.native.path=" + library)), "turn=0", "engine=nio", "speaks ABI 9.0, this Sluice needs");
  }

  @Test
  void onTheLibraryPathItIsPassedOverWithAWarningAndTheClassPathsWorks() throws Exception {
    for (String binding : bindings()) {
      ChildJvm.Result result =
          ChildJvm.run(ChildJvm.reportCommand("-Djava.library.path=" + dir, "-Dsluice.binding=" + binding));
      assertSays(result, "turn=0", "binding=" + binding, "WARNING", "Sluice took the library of the class path; on java.library.path: " + library, "speaks ABI 9.0");
      assertFalse(result.output().contains("engine=nio"), result.output());
    }
  }
}
