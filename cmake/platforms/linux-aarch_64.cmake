set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(SLUICE_ZIG_TARGET aarch64-linux-gnu.2.17)

include("${CMAKE_CURRENT_LIST_DIR}/../Zig.cmake")
