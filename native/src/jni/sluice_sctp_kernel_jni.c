/*
 * sluice_sctp_kernel_jni.c: the functions of sluice_sctp_kernel.h for JNI, as sluice_sctp_jni.c has those of sluice_sctp.h. The other
 * side is the class JniKernelSctpBinding; its native methods are in the table below.
 */
#include <jni.h>
#include <stdint.h>
#include <string.h>

#include "jni/jni_convert.h"
#include "jni/sluice_sctp_jni.h"
#include "sluice_sctp_kernel.h"

static jint JNICALL jni_probe(JNIEnv *env, jclass cls, jlong info) {
    (void)env, (void)cls;
    return sluice_ksctp_probe(pointer(info));
}

static jlong JNICALL jni_shared_bytes(JNIEnv *env, jclass cls, jlong config) {
    (void)env, (void)cls;
    return (jlong)sluice_ksctp_shared_bytes(pointer(config));
}

static jint JNICALL jni_open(JNIEnv *env, jclass cls, jlong config, jlong out) {
    (void)env, (void)cls;
    sluice_ksctp *stack = NULL;
    int code = sluice_ksctp_open(pointer(config), &stack);
    store_address(out, stack);
    return code;
}

static jlong JNICALL jni_listen(JNIEnv *env, jclass cls, jlong stack, jlong args, jlong descriptor) {
    (void)env, (void)cls;
    return sluice_ksctp_listen(pointer(stack), pointer(args), pointer(descriptor));
}

static jint JNICALL jni_unlisten(JNIEnv *env, jclass cls, jlong stack, jlong listener) {
    (void)env, (void)cls;
    return sluice_ksctp_unlisten(pointer(stack), (uint64_t)listener);
}

static jlong JNICALL jni_connect(JNIEnv *env, jclass cls, jlong stack, jlong args, jlong descriptor) {
    (void)env, (void)cls;
    return sluice_ksctp_connect(pointer(stack), pointer(args), pointer(descriptor));
}

static jlong JNICALL jni_input(JNIEnv *env, jclass cls, jlong stack, jlong id, jlong meta, jlong payload, jint bytes) {
    (void)env, (void)cls;
    return sluice_ksctp_input(pointer(stack), (uint64_t)id, pointer(meta), pointer(payload), (uint32_t)bytes);
}

static jint JNICALL jni_failed(JNIEnv *env, jclass cls, jlong stack, jlong id, jint os_error) {
    (void)env, (void)cls;
    return sluice_ksctp_failed(pointer(stack), (uint64_t)id, os_error);
}

static jint JNICALL jni_tick(JNIEnv *env, jclass cls, jlong stack) {
    (void)env, (void)cls;
    return sluice_ksctp_tick(pointer(stack));
}

static jint JNICALL jni_close(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jint deadline_millis, jlong reason, jint bytes) {
    (void)env, (void)cls;
    return sluice_ksctp_close(pointer(stack), (uint64_t)assoc, (uint32_t)deadline_millis, pointer(reason), (uint32_t)bytes);
}

static jint JNICALL jni_abort(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jint cause, jlong reason, jint bytes) {
    (void)env, (void)cls;
    return sluice_ksctp_abort(pointer(stack), (uint64_t)assoc, (uint32_t)cause, pointer(reason), (uint32_t)bytes);
}

static jint JNICALL jni_reset_streams(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jlong streams, jint count) {
    (void)env, (void)cls;
    return sluice_ksctp_reset_streams(pointer(stack), (uint64_t)assoc, pointer(streams), (uint32_t)count);
}

static jint JNICALL jni_query_close(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jlong out) {
    (void)env, (void)cls;
    return sluice_ksctp_query_close(pointer(stack), (uint64_t)assoc, pointer(out));
}

static jint JNICALL jni_query_info(JNIEnv *env, jclass cls, jlong stack, jlong assoc, jlong out) {
    (void)env, (void)cls;
    return sluice_ksctp_query_info(pointer(stack), (uint64_t)assoc, pointer(out));
}

static jint JNICALL jni_discard(JNIEnv *env, jclass cls, jint descriptor) {
    (void)env, (void)cls;
    return sluice_ksctp_discard(descriptor);
}

static jint JNICALL jni_destroy(JNIEnv *env, jclass cls, jlong stack, jint flags) {
    (void)env, (void)cls;
    return sluice_ksctp_destroy(pointer(stack), (uint32_t)flags);
}

static const JNINativeMethod METHODS[] = {
    METHOD("probe0", "(J)I", jni_probe),
    METHOD("sharedBytes0", "(J)J", jni_shared_bytes),
    METHOD("open0", "(JJ)I", jni_open),
    METHOD("listen0", "(JJJ)J", jni_listen),
    METHOD("unlisten0", "(JJ)I", jni_unlisten),
    METHOD("connect0", "(JJJ)J", jni_connect),
    METHOD("input0", "(JJJJI)J", jni_input),
    METHOD("failed0", "(JJI)I", jni_failed),
    METHOD("tick0", "(J)I", jni_tick),
    METHOD("close0", "(JJIJI)I", jni_close),
    METHOD("abort0", "(JJIJI)I", jni_abort),
    METHOD("resetStreams0", "(JJJI)I", jni_reset_streams),
    METHOD("queryClose0", "(JJJ)I", jni_query_close),
    METHOD("queryInfo0", "(JJJ)I", jni_query_info),
    METHOD("discard0", "(I)I", jni_discard),
    METHOD("destroy0", "(JI)I", jni_destroy),
};

void JNICALL sluice_sctp_kernel_jni_register(JNIEnv *env, jclass cls, jclass of) {
    (void)cls;
    (*env)->RegisterNatives(env, of, METHODS, (jint)(sizeof METHODS / sizeof METHODS[0])); /* its failure is a pending exception */
}
