/* echo: listen, accept, echo a message, see the end of the stream, close: the whole way through an engine. */
#include <sys/socket.h>

#include "drive.h"

int main(int argc, char **argv)
{
    drive d;
    uint64_t handle;
    int peer;
    char text[64];

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 64);
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    for (int i = 0; i < 100; i++) {
        memset(text, 'a' + i % 26, sizeof text);
        peer_send(peer, text, sizeof text);
        sluice_cqe c = drive_wait(&d, 1);
        CHECK_EQ(c.result, sizeof text);
        CHECK_EQ(c.flags, SLUICE_CQE_MORE | SLUICE_CQE_BUFFER);
        CHECK_MEM_EQ(drive_data(&d, &c), text, sizeof text);
        drive_send(&d, handle, 2, drive_data(&d, &c), (uint32_t)c.result, 0);
        drive_expect(&d, 2, sizeof text);
        drive_give_back(&d, &c);
        memset(text, 0, sizeof text);
        peer_read(&d, peer, text, sizeof text);
        CHECK_EQ(text[0], 'a' + i % 26);
        CHECK_EQ(text[63], 'a' + i % 26);
    }
    CHECK_SYS(shutdown(peer, 1));
    sluice_cqe end = drive_expect(&d, 1, 0);
    CHECK_EQ(end.flags, SLUICE_CQE_EOF);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    CHECK_EQ(peer_end(&d, peer), 0);
    drive_quiet(&d);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    close(peer);
    drive_close(&d);
    return 0;
}
