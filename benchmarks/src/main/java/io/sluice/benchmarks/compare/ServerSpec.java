package io.sluice.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * One server of the comparison.
 *
 * @param name     its name in tables, for example {@code sluice-io_uring-jni}
 * @param family   {@code c}, {@code netty} or {@code sluice}
 * @param floor    the C floor it is compared with: the one that uses the same system interface
 * @param command  the command line without the address
 * @param jvm      whether it warms up slowly and answers the questions of ServerConsole
 */
record ServerSpec(String name, String family, String floor, List<String> command, boolean jvm) {

  List<String> commandFor(boolean unix, String unixPath) {
    List<String> all = new ArrayList<>(command);
    all.add(unix ? "--unix" : "--port");
    all.add(unix ? unixPath : "0");
    return all;
  }
}
