package dev.hawser.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.spec.Json;
import org.junit.jupiter.api.Test;

class StatusTextTest {

    @Test
    void numbersAreFlushRightAndErrorsSayWhatTheyMean() {
        Json status = Json.parse("""
                {"pid": 7, "version": "0.1.0", "build": "b", "started": "2026-11-25T17:22:29Z", "state": "draining",
                 "process": {"residentBytes": 88346624, "threads": 20, "openFiles": 73},
                 "calls": [
                   {"verb": "ADD", "count": 1400, "failed": 1, "remembered": 700, "p50Nanos": 6573137, "p99Nanos": 132750933},
                   {"verb": "GC", "count": 2, "failed": 0, "remembered": 0, "p50Nanos": 0, "p99Nanos": 0}],
                 "lanes": [{"lane": "adds", "waiting": 12, "running": 4, "threads": 4}],
                 "pools": [{"directory": "/p/labnet", "leases": 126, "addresses": 253}],
                 "groups": [{"what": "link_deletes", "groups": 12, "changes": 30}],
                 "errors": [{"code": "11", "count": 3}, {"code": "lost", "count": 10}, {"code": "other", "count": 1}],
                 "refused": [{"reason": "build", "count": 0}, {"reason": "uid", "count": 5}]}
                """.getBytes(UTF_8));

        assertEquals("""
                helper   draining, running since 2026-11-25T17:22:29Z, pid 7
                version  0.1.0, build b
                process  84 MiB, 20 threads, 73 open files

                VERB  CALLS  FAILED      P50        P99  OF THE LAST
                ADD    1400       1  6.57 ms  132.75 ms          700
                GC        2       0        -          -            0

                LANE  WAITING  RUNNING  THREADS
                adds       12        4        4

                POOL       LEASED  ADDRESSES  FULL
                /p/labnet     126        253  ##########..........  50 %

                MADE TOGETHER  CHANGES  GROUPS  OF EACH
                link deletes        30      12      2.5

                ERROR  CALLS  MEANING
                   11      3  try again later
                 lost     10  nobody took the answer
                other      1

                REFUSED  CONNECTIONS
                uid                5
                """, StatusText.of(Figures.of(status)));
    }

    @Test
    void aTraceNamesItsContainersAndAlignsItsPhases() {
        Json calls = Json.parse("""
                [{"started": "t1", "verb": "ADD", "plugin": "bridge", "network": "n", "containerId": "c1", "ifName": "eth0",
                  "exitStatus": 0, "totalNanos": 12000000, "phaseNanos": {"kernel": 9000000, "answer": 3000000}},
                 {"started": "t2", "verb": "DEL", "plugin": "bridge", "network": "n", "containerId": "c2", "ifName": "eth0",
                  "exitStatus": 1, "code": 11, "message": "full", "totalNanos": 10000000, "phaseNanos": {"kernel": 10000000}}]
                """.getBytes(UTF_8));

        assertEquals("""
                container c1

                t1  ADD  bridge  n  eth0  12.00 ms
                  kernel  9.00 ms  ###############.....  75 %
                  answer  3.00 ms  #####...............  25 %

                container c2

                t2  DEL  bridge  n  eth0  10.00 ms
                  failed: code 11: full
                  kernel  10.00 ms  #################### 100 %
                """, TraceText.of(Figures.list(calls)));
    }
}
