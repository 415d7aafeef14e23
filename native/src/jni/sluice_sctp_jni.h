/* sluice_sctp_jni.h: the SCTP functions for JNI. */
#ifndef SLUICE_SCTP_JNI_H
#define SLUICE_SCTP_JNI_H

#include <jni.h>

/* Registers them in JniSctpBinding beside the class with that name (in slashes). JNI_OK also when there is no such class. */
jint sluice_sctp_jni_register(JNIEnv *env, const char *neighbour);

#endif /* SLUICE_SCTP_JNI_H */
