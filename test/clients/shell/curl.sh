#!/usr/bin/env bash
# curl -N in a loop: keeps the last id that came with a whole event, and comes back with it.
url=$1 id=
while :; do
  name= data= next=$id
  while IFS= read -r line; do
    case $line in
      event:*) name=${line#event:} ;;
      data:*) data=${line#data:} ;;
      id:*) next=${line#id:} ;;
      '')
        id=$next
        if [ -n "$data" ]; then printf '%s\t%s\n' "$name" "$data"; fi
        name= data=
        ;;
    esac
  done < <(curl -sfN ${id:+-H "Last-Event-ID: $id"} "$url")
  printf '!\tended\n'
  sleep 1
done
