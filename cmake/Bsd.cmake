# Toolchain file: the C sources for FreeBSD, NetBSD or OpenBSD, compiled and not linked. There are no libraries of theirs to link
# with; what this finds is what the compiler says. Used by ci/lib/kqueue_systems.sh:
#
#   -DSLUICE_BSD=FreeBSD -DSLUICE_BSD_PROCESSOR=x86_64 -DSLUICE_ZIG=/path/to/zig
#   -DSLUICE_BSD_HEADERS=DIR    the system's /usr/include; empty: zig has it

set(CMAKE_SYSTEM_NAME "${SLUICE_BSD}")
set(CMAKE_SYSTEM_PROCESSOR "${SLUICE_BSD_PROCESSOR}")
string(TOLOWER "${SLUICE_BSD_PROCESSOR}-${SLUICE_BSD}" SLUICE_ZIG_TARGET)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SLUICE_BSD SLUICE_BSD_PROCESSOR SLUICE_BSD_HEADERS)
if(SLUICE_BSD_HEADERS)
  set(CMAKE_C_FLAGS_INIT "-isystem \"${SLUICE_BSD_HEADERS}\"")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/Zig.cmake")

set(CMAKE_C_CREATE_SHARED_LIBRARY "\"${CMAKE_COMMAND}\" -E touch <TARGET>")
set(CMAKE_C_LINK_EXECUTABLE "\"${CMAKE_COMMAND}\" -E touch <TARGET>")
