# Configures, builds and lays out libsluice the way the classifier jar carries it:
#
#   OUTPUT_DIR/PLATFORM/libsluice.so
#   OUTPUT_DIR/PLATFORM/sluice.properties   what the Java loader compares and reports
#   OUTPUT_DIR/PLATFORM/abi.txt             sizes, offsets and constants as the C compiler sees them; not in cross builds
#   OUTPUT_DIR/PLATFORM/abi-sctp.txt        the same of sluice_sctp.h
#   OUTPUT_DIR/PLATFORM/libusrsctp.so.2     and its licence: see Usrsctp.cmake
#   OUTPUT_DIR/include/*.h                  the public headers
#
# -DSLUICE_USRSCTP_SOURCE=/path/to/usrsctp adds libusrsctp.so.2 and its licence to a cross build for Linux.
# -DSLUICE_ZIG=/path/to/zig makes it a cross build, with the toolchain file of the platform.
#
# Run by Maven as `cmake -DSLUICE_...=... -P PackageNative.cmake`: a script, so that the build needs no shell and
# chooses Ninja where there is one.

include("${CMAKE_CURRENT_LIST_DIR}/Usrsctp.cmake")

foreach(required SOURCE_DIR BUILD_DIR BUILD_TYPE OUTPUT_DIR PLATFORM LIBRARY VERSION)
  if(NOT DEFINED SLUICE_${required} OR SLUICE_${required} STREQUAL "")
    message(FATAL_ERROR "PackageNative.cmake needs -DSLUICE_${required}=...")
  endif()
endforeach()

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "${output}\nThe C build failed (${code}): ${command}")
  endif()
endfunction()

set(configure -S "${SLUICE_SOURCE_DIR}" -B "${SLUICE_BUILD_DIR}"
  "-DCMAKE_BUILD_TYPE=${SLUICE_BUILD_TYPE}" -DSLUICE_TESTS=OFF)
if(DEFINED SLUICE_JAVA_HOME)
  list(APPEND configure "-DSLUICE_JAVA_HOME=${SLUICE_JAVA_HOME}")
endif()
if(SLUICE_ZIG)
  list(APPEND configure "-DSLUICE_ZIG=${SLUICE_ZIG}" -DSLUICE_STRIP=ON
    "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/platforms/${SLUICE_PLATFORM}.cmake")
endif()
# An existing build directory keeps its generator: naming another one would be an error.
find_program(NINJA NAMES ninja ninja-build)
if(NINJA AND NOT EXISTS "${SLUICE_BUILD_DIR}/CMakeCache.txt")
  list(APPEND configure -G Ninja)
endif()

run(${CMAKE_COMMAND} ${configure})
run(${CMAKE_COMMAND} --build "${SLUICE_BUILD_DIR}" --target sluice --parallel)

set(built "${SLUICE_BUILD_DIR}/${SLUICE_LIBRARY}")
set(header "${SLUICE_SOURCE_DIR}/include/sluice.h")
set(platform_dir "${SLUICE_OUTPUT_DIR}/${SLUICE_PLATFORM}")
file(COPY "${built}" DESTINATION "${platform_dir}")
# Line numbers stay with the library in the build folder; in the jar they would double what every start unpacks, writes and verifies.
# The names of functions stay in both, for profilers.
find_program(STRIP NAMES strip)
if(STRIP AND NOT SLUICE_ZIG AND SLUICE_PLATFORM MATCHES "^linux-" AND SLUICE_BUILD_TYPE STREQUAL "Release")
  run(${STRIP} --strip-debug "${platform_dir}/${SLUICE_LIBRARY}")
endif()
file(GLOB headers "${SLUICE_SOURCE_DIR}/include/*.h")
file(COPY ${headers} DESTINATION "${SLUICE_OUTPUT_DIR}/include")
# The SCTP stack that is loaded at run time: the system's, or in a cross build for Linux one that is made from its sources.
if(NOT SLUICE_ZIG)
  sluice_package_usrsctp("${SLUICE_PLATFORM}" "${platform_dir}")
elseif(SLUICE_USRSCTP_SOURCE AND SLUICE_PLATFORM MATCHES "^linux-")
  run(${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}/usrsctp" -B "${SLUICE_BUILD_DIR}/usrsctp" -G Ninja -DCMAKE_BUILD_TYPE=Release
    "-DSLUICE_USRSCTP_SOURCE=${SLUICE_USRSCTP_SOURCE}" "-DSLUICE_ZIG=${SLUICE_ZIG}"
    "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/platforms/${SLUICE_PLATFORM}.cmake")
  run(${CMAKE_COMMAND} --build "${SLUICE_BUILD_DIR}/usrsctp" --parallel)
  file(COPY "${SLUICE_BUILD_DIR}/usrsctp/libusrsctp.so.2" DESTINATION "${platform_dir}")
  file(COPY_FILE "${SLUICE_USRSCTP_SOURCE}/LICENSE.md" "${platform_dir}/libusrsctp.copyright")
endif()

# The Java side compares its constants with this. Where the programs cannot be run, the jar goes without the files.
cmake_host_system_information(RESULT host QUERY OS_PLATFORM)
if(NOT SLUICE_ZIG OR SLUICE_PLATFORM STREQUAL "linux-${host}")
  function(dump_abi program file)
    run(${CMAKE_COMMAND} --build "${SLUICE_BUILD_DIR}" --target ${program})
    execute_process(COMMAND "${SLUICE_BUILD_DIR}/${program}" OUTPUT_FILE "${platform_dir}/${file}" RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
      message(FATAL_ERROR "${program} failed (${code}): see the message above.")
    endif()
  endfunction()
  dump_abi(abi_dump abi.txt)
  dump_abi(abi_dump_sctp abi-sctp.txt)
endif()

# The ABI version is stated once, in the header.
foreach(part MAJOR MINOR)
  file(STRINGS "${header}" line REGEX "^#define[ \t]+SLUICE_ABI_${part}[ \t]+")
  if(NOT line MATCHES "SLUICE_ABI_${part}[ \t]+([0-9]+)")
    message(FATAL_ERROR "${header} does not define SLUICE_ABI_${part} as a plain number.")
  endif()
  set(abi_${part} "${CMAKE_MATCH_1}")
endforeach()

file(SHA256 "${platform_dir}/${SLUICE_LIBRARY}" build_id)
file(SIZE "${platform_dir}/${SLUICE_LIBRARY}" build_bytes)
file(WRITE "${platform_dir}/sluice.properties"
  "version=${SLUICE_VERSION}\n"
  "abi=${abi_MAJOR}.${abi_MINOR}\n"
  "platform=${SLUICE_PLATFORM}\n"
  "library=${SLUICE_LIBRARY}\n"
  "bytes=${build_bytes}\n"
  "buildId=${build_id}\n")
message(STATUS "libsluice ${SLUICE_VERSION}, ABI ${abi_MAJOR}.${abi_MINOR}, ${SLUICE_PLATFORM}, sha256 ${build_id}")
