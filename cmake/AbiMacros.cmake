# sluice_abi_macros(headers prefix out): writes MACRO(NAME) for every "#define PREFIX_NAME value" of the headers, and has CMake run
# again when one of them changes. Macros that are no numbers (the include guard, attributes, macros with arguments) are
# left out by their form or by the list below.

set(SLUICE_ABI_NO_NUMBERS SLUICE_H SLUICE_API SLUICE_SCTP_H)

function(sluice_abi_macros headers prefix out)
  set(text "")
  foreach(header IN LISTS headers)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
    file(STRINGS "${header}" lines REGEX "^#define[ \t]+${prefix}_[A-Za-z0-9_]+[ \t]+[^ \t]")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#define[ \t]+(${prefix}_[A-Za-z0-9_]+).*" "\\1" name "${line}")
      if(NOT name IN_LIST SLUICE_ABI_NO_NUMBERS)
        string(REGEX REPLACE "^${prefix}_" "" name "${name}")
        string(APPEND text "MACRO(${name})\n")
      endif()
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT "${out}" CONTENT "${text}" @ONLY)
endfunction()
