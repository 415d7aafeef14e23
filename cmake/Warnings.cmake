# sluice_warnings(target): the warnings Sluice's own C code is kept free of, as errors unless SLUICE_WERROR is OFF.
#
# -Wconversion and -Wsign-conversion are the ones that matter here: lengths and error codes cross between int, size_t,
# ssize_t and the fixed-width ring fields all the time, and a silent truncation there is a lost or invented byte.

option(SLUICE_WERROR "Treat compiler warnings as errors" ON)

function(sluice_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wpointer-arith -Wcast-align -Wcast-qual
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wundef -Wvla
    -Wformat=2 -Wimplicit-fallthrough)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
  endif()
  if(SLUICE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
