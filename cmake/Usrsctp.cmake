# sluice_package_usrsctp(platform platform_dir): puts usrsctp beside libsluice, for the stack of sluice_sctp.h to load:
#
#   platform_dir/libusrsctp.so.2          the file of the build machine's package (Debian: libusrsctp2), or of the
#                                         environment's SLUICE_USRSCTP=file
#   platform_dir/libusrsctp.copyright     its licence (3-clause BSD), which has to go with it
#
# It is nothing that libsluice is linked with, so a jar without it is complete but for SCTP. That is said loudly. In a
# cross build only the folder of the target's architecture is looked at.

set(SLUICE_USRSCTP_NAME libusrsctp.so.2)

function(sluice_find_usrsctp platform out)
  set(${out} "" PARENT_SCOPE)
  if(NOT "$ENV{SLUICE_USRSCTP}" STREQUAL "")
    if(NOT EXISTS "$ENV{SLUICE_USRSCTP}")
      message(FATAL_ERROR "SLUICE_USRSCTP=$ENV{SLUICE_USRSCTP} does not exist.")
    endif()
    set(${out} "$ENV{SLUICE_USRSCTP}" PARENT_SCOPE)
    return()
  endif()
  if(NOT platform MATCHES "^linux-(x86_64|aarch_64|riscv64)$")
    return()
  endif()
  string(REPLACE "aarch_64" "aarch64" architecture "${CMAKE_MATCH_1}")
  foreach(folder "/usr/lib/${architecture}-linux-gnu" /usr/local/lib64 /usr/local/lib /usr/lib64 /usr/lib)
    if(EXISTS "${folder}/${SLUICE_USRSCTP_NAME}")
      set(${out} "${folder}/${SLUICE_USRSCTP_NAME}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

function(sluice_find_usrsctp_licence library out)
  cmake_path(GET library PARENT_PATH folder)
  foreach(licence "${folder}/libusrsctp.copyright" /usr/share/doc/libusrsctp2/copyright /usr/share/licenses/usrsctp/LICENSE.md)
    if(EXISTS "${licence}")
      set(${out} "${licence}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${out} "" PARENT_SCOPE)
endfunction()

function(sluice_package_usrsctp platform platform_dir)
  file(REMOVE "${platform_dir}/${SLUICE_USRSCTP_NAME}" "${platform_dir}/libusrsctp.copyright")
  sluice_find_usrsctp("${platform}" library)
  if(library STREQUAL "")
    message(WARNING "usrsctp was not found for ${platform}: the jar goes WITHOUT SCTP. "
      "On Debian: apt-get install libusrsctp2, or set SLUICE_USRSCTP=/path/to/${SLUICE_USRSCTP_NAME}.")
    return()
  endif()
  sluice_find_usrsctp_licence("${library}" licence)
  if(licence STREQUAL "")
    message(WARNING "${library} has no licence beside it (libusrsctp.copyright): it must not be passed on without. "
      "The jar goes WITHOUT SCTP.")
    return()
  endif()
  file(REAL_PATH "${library}" real)
  file(COPY_FILE "${real}" "${platform_dir}/${SLUICE_USRSCTP_NAME}")
  file(COPY_FILE "${licence}" "${platform_dir}/libusrsctp.copyright")
  file(SHA256 "${real}" sha)
  message(STATUS "${SLUICE_USRSCTP_NAME} from ${library}, sha256 ${sha}")
endfunction()
