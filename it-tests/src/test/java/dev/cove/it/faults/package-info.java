/** What programs, users and buckets see when everything fails that can: no acknowledged byte is lost. */
package dev.cove.it.faults;
