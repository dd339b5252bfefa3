/** The throughput of executors, beside that of processes without Spark. */
package org.openclip.spark.bench;
